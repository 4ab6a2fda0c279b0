//! The rules: every kind of change of a schema that the generated API or the wire can show.
//!
//! Place in the flow: `walk.rs` names the rule of each change that it meets. Each rule has a case in
//! `tests/diff/` that the compiler has judged; a test refuses a rule without one. What a rule means
//! for the library's consumers is not written here: SemVer is read from the items that differ, and
//! the wire from documents.

use serde::Serialize;

/// Declares the rules, each with what it speaks of and what happens at run time.
macro_rules! rules {
    ($($rule:ident $id:literal $meaning:literal $(runtime $runtime:literal)?;)*) => {
        /// A kind of change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub(crate) enum Rule {
            $(#[doc = $meaning] #[serde(rename = $id)] $rule,)*
        }

        impl Rule {
            pub(crate) const ALL: &[Self] = &[$(Self::$rule),*];

            /// The name that reports call it.
            pub(crate) const fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id,)*
                }
            }

            /// What has changed.
            pub(crate) const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$rule => $meaning,)*
                }
            }

            /// What happens at run time that no compiler says.
            pub(super) const fn runtime(self) -> Option<&'static str> {
                match self {
                    $($(Self::$rule => Some($runtime),)?)*
                    #[allow(unreachable_patterns, reason = "as long as a rule has nothing to say")]
                    _ => None,
                }
            }
        }
    };
}

rules! {
    AnnotationChanged "annotation-changed" "a title, examples, an origin or another word that describes is not the same";
    ArgumentsReordered "arguments-reordered" "the constructor takes its arguments in another order"
        runtime "where the types of the arguments fit, old calls compile and pass the values in the wrong places";
    BoundAdded "bound-added" "a value has a bound that it had not: of size, length, number or uniqueness";
    BoundChanged "bound-changed" "a bound is not the same";
    BoundRemoved "bound-removed" "a bound is gone";
    BranchAdded "branch-added" "a union has a branch more"
        runtime "an older library reads such a value into `Unknown`, or keeps it in `extra` of the object around it";
    BranchChanged "branch-changed" "a branch of a union holds something else";
    BranchRemoved "branch-removed" "a union has a branch less";
    BranchesReordered "branches-reordered" "the branches of a union stand in another order";
    ConstantChanged "constant-changed" "the only value that is allowed is another one"
        runtime "the library writes the new value by itself; Rust does not show it";
    ConstantToEnum "constant-to-enum" "where one value was allowed, there are several now";
    ConstructorChanged "constructor-changed" "the constructor asks for something else";
    DefaultAdded "default-added" "leaving the property out means something that the schema says now"
        runtime "the library still leaves it out unless it is set";
    DefaultChanged "default-changed" "leaving the property out means something else now"
        runtime "old and new clients leave it out alike, and the server takes another value";
    DefaultRemoved "default-removed" "the schema no longer says what leaving the property out means"
        runtime "the library still leaves it out unless it is set";
    DeprecationChanged "deprecation-changed" "something is deprecated now, or no longer";
    DescriptionChanged "description-changed" "a description is not the same";
    EnumRelaxed "enum-relaxed-to-string" "where some strings were listed, any string is allowed";
    EnumReordered "enum-reordered" "the values of an enum stand in another order";
    EnumToConstant "enum-to-constant" "where several values were allowed, there is one now";
    EnumValueAdded "enum-value-added" "an enum has a value more"
        runtime "an older library reads it into `Unknown`";
    EnumValueRemoved "enum-value-removed" "an enum has a value less"
        runtime "a newer library still reads it, into `Unknown`";
    FormatAdded "format-added" "a value must be of a format"
        runtime "the Rust type stays; the library does not check it";
    FormatChanged "format-changed" "a value must be of another format"
        runtime "the Rust type stays; the library does not check it";
    FormatRemoved "format-removed" "a value need not be of a format any more";
    IntegerToNumber "integer-to-number" "where an integer was, any number is allowed";
    ModelAdded "model-added" "the page lists a model more";
    ModelRemoved "model-removed" "the page lists a model less";
    NullableAdded "nullable-added" "a property may be `null`";
    NullableRemoved "nullable-removed" "a property may no longer be `null`"
        runtime "the library reads a `null` as absent, as before";
    NumberToInteger "number-to-integer" "where any number was, an integer must be"
        runtime "a fraction that arrives is kept in `extra` where the property is optional";
    ObjectClosed "object-closed" "an object may have no properties but those that are named"
        runtime "the library still keeps and sends what is in `extra`";
    ObjectOpened "object-opened" "an object may have properties beside those that are named";
    OptionalAdded "optional-property-added" "an object has an optional property more"
        runtime "an older library keeps it in `extra`";
    PatternAdded "pattern-added" "a string must match a pattern"
        runtime "the field stays a `String`; the library does not check it";
    PatternChanged "pattern-changed" "a string must match another pattern"
        runtime "the field stays a `String`; the library does not check it";
    PatternRemoved "pattern-removed" "a string need not match a pattern any more";
    PresetChanged "preset-changed" "a constructor sets another value by itself, or none";
    PropertyRemoved "property-removed" "an object has a property less"
        runtime "a newer library keeps it in `extra`";
    PropertyToOptional "property-became-optional" "a property may be left out"
        runtime "the constructor no longer takes it";
    PropertyToRequired "property-became-required" "a property must be there"
        runtime "what lacks it is no longer read as this type";
    RequiredAdded "required-property-added" "an object has a required property more"
        runtime "what lacks it is no longer read as this type";
    Restated "restated" "the same is said in another way";
    RootRenamed "root-renamed" "the title of the schema, and with it the name of the root type, is another one";
    SetterChanged "setter-changed" "a property has a setter now, or no longer";
    StringToConstant "string-to-constant" "where any string was allowed, one value must be";
    StringToEnum "string-restricted-to-enum" "where any string was allowed, some are listed now"
        runtime "a string that is not listed is still read, into `Unknown`";
    ConstantToString "constant-to-string" "where one value was allowed, any string is";
    TagChanged "tag-changed" "the objects of a union are told apart by another property";
    TypeAdded "type-added" "there is a type more";
    TypeChanged "type-changed" "a value is of another type";
    TypeRemoved "type-removed" "there is a type less";
    TypeRenamed "type-renamed" "a type has another name";
    UnionReadingChanged "union-reading-changed" "a union takes an object without a tag for something else";
    ValidationChanged "validation-changed" "a condition on values is not the same, which no Rust type shows"
        runtime "the library does not check it";
    VariantsRenamed "variants-renamed" "variants have other names for the same values";
}

impl Rule {
    /// Whether the rule speaks of what Rust shows of a field or a variant.
    pub(super) fn shapes_fields(self) -> bool {
        !matches!(
            self,
            Self::AnnotationChanged
                | Self::BoundAdded
                | Self::BoundChanged
                | Self::BoundRemoved
                | Self::DefaultAdded
                | Self::DefaultChanged
                | Self::DefaultRemoved
                | Self::DeprecationChanged
                | Self::DescriptionChanged
                | Self::FormatAdded
                | Self::FormatChanged
                | Self::FormatRemoved
                | Self::PatternAdded
                | Self::PatternChanged
                | Self::PatternRemoved
                | Self::ValidationChanged
        )
    }
}
