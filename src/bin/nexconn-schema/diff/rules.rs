//! The rules: every kind of schema change with an effect on the generated API or the wire.
//!
//! The bump follows from the changed items, and the wire verdict from documents. A test requires a
//! case in `tests/diff/` for each rule.

use serde::Serialize;

/// Declares the rules: name, id, meaning, and the effect at run time beyond the compiler's errors.
macro_rules! rules {
    ($($rule:ident $id:literal $meaning:literal $(runtime $runtime:literal)?;)*) => {
        /// A kind of change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub(crate) enum Rule {
            $(#[doc = $meaning] #[serde(rename = $id)] $rule,)*
        }

        impl Rule {
            pub(crate) const ALL: &[Self] = &[$(Self::$rule),*];

            /// The name in reports.
            pub(crate) const fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id,)*
                }
            }

            /// The change in words.
            pub(crate) const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$rule => $meaning,)*
                }
            }

            /// The effect at run time beyond the compiler's errors.
            pub(super) const fn runtime(self) -> Option<&'static str> {
                match self {
                    $($(Self::$rule => Some($runtime),)?)*
                    #[allow(unreachable_patterns, reason = "unless every rule has an effect")]
                    _ => None,
                }
            }
        }
    };
}

rules! {
    AnnotationChanged "annotation-changed" "a title, an example or another annotation changed";
    ArgumentsReordered "arguments-reordered" "a constructor takes its arguments in a different order"
        runtime "calls whose argument types still fit compile, and pass the values in the wrong places";
    BoundAdded "bound-added" "a bound on size, length, value or uniqueness was added";
    BoundChanged "bound-changed" "a bound changed";
    BoundRemoved "bound-removed" "a bound was removed";
    BranchAdded "branch-added" "a branch was added to a union"
        runtime "older versions read an object with an unknown tag as `Unknown`, and any other value as an empty one that \
                 `mismatches()` lists";
    BranchChanged "branch-changed" "a branch of a union has a different type";
    BranchRemoved "branch-removed" "a branch was removed from a union"
        runtime "newer versions read an object with its tag as `Unknown`, and any other value as an empty one that \
                 `mismatches()` lists";
    BranchesReordered "branches-reordered" "the branches of a union have a different order";
    ConstantChanged "constant-changed" "the only allowed value changed"
        runtime "the library writes the new value by itself; it still reads another one, and `mismatches()` lists it";
    ConstantToEnum "constant-to-enum" "a constant became an enum";
    ConstantToString "constant-to-string" "a constant became any string";
    ConstructorChanged "constructor-changed" "a constructor takes different arguments";
    DefaultAdded "default-added" "a default for an absent property was added"
        runtime "the library still omits the property unless it's set";
    DefaultChanged "default-changed" "the default for an absent property changed"
        runtime "clients still omit the property, and the server uses a different value";
    DefaultRemoved "default-removed" "the default for an absent property was removed"
        runtime "the library still omits the property unless it's set";
    DeprecationChanged "deprecation-changed" "a deprecation was added or removed";
    DescriptionChanged "description-changed" "a description changed";
    EnumRelaxedToString "enum-relaxed-to-string" "an enum became any string";
    EnumReordered "enum-reordered" "the values of an enum have a different order";
    EnumToConstant "enum-to-constant" "an enum became a constant"
        runtime "the library writes the constant by itself; it still reads another value, and `mismatches()` lists it";
    EnumValueAdded "enum-value-added" "a value was added to an enum"
        runtime "older versions read it as `Unknown`";
    EnumValueRemoved "enum-value-removed" "a value was removed from an enum"
        runtime "newer versions still read it, as `Unknown`";
    FieldRenamed "field-renamed" "the field of a property has a different name"
        runtime "code with the old name may set another property";
    FormatAdded "format-added" "a format was added"
        runtime "the library doesn't check formats";
    FormatChanged "format-changed" "a format changed"
        runtime "the library doesn't check formats";
    FormatRemoved "format-removed" "a format was removed";
    IntegerToNumber "integer-to-number" "an integer became any number";
    ModelAdded "model-added" "a model was added to the page";
    ModelRemoved "model-removed" "a model was removed from the page";
    NullableAdded "nullable-added" "`null` is allowed now";
    NullableRemoved "nullable-removed" "`null` is no longer allowed"
        runtime "`null` is still read as an empty value; if the property is required, `mismatches()` lists it";
    NumberToInteger "number-to-integer" "a number became an integer"
        runtime "a fraction is read as an empty value, and `mismatches()` lists it";
    ObjectClosed "object-closed" "an object allows fewer unnamed properties"
        runtime "the library still keeps and sends the properties in `extra`";
    ObjectOpened "object-opened" "an object allows more unnamed properties";
    OptionalPropertyAdded "optional-property-added" "an optional property was added"
        runtime "older versions keep it in `extra`";
    PatternAdded "pattern-added" "a pattern was added"
        runtime "the Rust type stays; the library doesn't check patterns";
    PatternChanged "pattern-changed" "a pattern changed"
        runtime "the Rust type stays; the library doesn't check patterns";
    PatternRemoved "pattern-removed" "a pattern was removed";
    PresetChanged "preset-changed" "the value that a constructor sets by itself changed";
    PropertyRemoved "property-removed" "a property was removed"
        runtime "newer versions keep it in `extra`";
    PropertyBecameOptional "property-became-optional" "a required property became optional"
        runtime "the library omits it unless it's set";
    PropertyBecameRequired "property-became-required" "an optional property became required"
        runtime "objects without it are still read, with an empty value, and `mismatches()` lists the property";
    RequiredPropertyAdded "required-property-added" "a required property was added"
        runtime "objects without it are still read, with an empty value, and `mismatches()` lists the property";
    Restated "restated" "the same values are described differently";
    RootRenamed "root-renamed" "the title of the schema changed, and with it the name of the root type";
    SetterChanged "setter-changed" "a setter was added or removed";
    StringToConstant "string-to-constant" "a string became a constant"
        runtime "the library writes the constant by itself; it still reads another string, and `mismatches()` lists it";
    StringRestrictedToEnum "string-restricted-to-enum" "a string became an enum"
        runtime "an unlisted string is still read, as `Unknown`";
    TagChanged "tag-changed" "the objects of a union are told apart by a different property";
    TypeAdded "type-added" "a type was added";
    TypeChanged "type-changed" "a value has a different type"
        runtime "a value that doesn't fit the type is read as an empty one, and `mismatches()` lists it";
    TypeRemoved "type-removed" "a type was removed";
    TypeRenamed "type-renamed" "a type was renamed";
    UnionReadingChanged "union-reading-changed" "a union reads untagged objects differently";
    ValidationChanged "validation-changed" "a condition that no Rust type shows changed"
        runtime "the library doesn't check it";
    VariantsRenamed "variants-renamed" "variants were renamed"
        runtime "code with an old name may mean another variant";
}

impl Rule {
    /// Whether code may still compile, and mean something else.
    #[cfg(test)]
    pub(super) fn is_silent(self) -> bool {
        matches!(self, Self::ArgumentsReordered | Self::FieldRenamed | Self::VariantsRenamed)
    }

    /// Whether the rule is about the Rust type of a field or variant.
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
