//! Macros for the generated types.

/// Implements the codec, the common methods and the traits of a struct.
///
/// Takes its constants, and the number, field, key and [`Kind`](super::properties::Kind) of its other properties.
macro_rules! object {
    ($name:ident { $($key:literal = $value:literal)* } $($index:literal $field:ident $name_of_field:literal $kind:ident)*) => {
        impl $name {
            /// Sets an unknown property.
            #[must_use]
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
                self.extra.insert(name, value);
                self
            }
        }

        impl codec::Object for $name {
            fn empty() -> Self {
                Self { $($field: codec::empty(),)* extra: Extra::new() }
            }

            fn properties(&self) -> &'static codec::Properties {
                static PROPERTIES: codec::Properties = codec::Properties::new(
                    concat!($(",\"", $key, "\":",)* $(",\"", $name_of_field, "\":",)* "                "),
                    const {
                        &codec::properties([
                            $((concat!("\"", $key, "\":").len(), codec::Kind::Constant),)*
                            $((concat!("\"", $name_of_field, "\":").len(), codec::Kind::$kind),)*
                        ])
                    },
                    &[$($value),*],
                );
                &PROPERTIES
            }

            fn read_field(&mut self, index: usize, reader: &mut codec::Reader<'_>) -> codec::Fit {
                match index {
                    $($index => codec::read!($kind self.$field, reader),)*
                    _ => reader.skip_mismatch(""),
                }
            }

            fn field(&self, index: usize) -> Option<&dyn codec::Field> {
                match index {
                    $($index => Some(&self.$field),)*
                    _ => None,
                }
            }

            fn field_mut(&mut self, index: usize) -> Option<&mut dyn codec::Field> {
                match index {
                    $($index => Some(&mut self.$field),)*
                    _ => None,
                }
            }

            fn extra(&self) -> &Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut Extra {
                &mut self.extra
            }
        }

        impl codec::Codec for $name {
            const EXPECTED: &'static str = "an object";
            const LONE: &'static [u8] = b"{";

            fn empty() -> Self {
                codec::Object::empty()
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                codec::read_object(self, reader)
            }

            fn write(&self, out: &mut codec::Writer) {
                codec::write_object(self, out);
            }
        }

        impl Clone for $name {
            fn clone(&self) -> Self {
                Self { $($field: self.$field.clone(),)* extra: self.extra.clone() }
            }
        }

        codec::serde_traits!($name);
    };
}

/// Reads a field of this [`Kind`](super::properties::Kind).
macro_rules! read {
    (Text $field:expr, $reader:ident) => {
        codec::read_json_text(&mut $field, $reader)
    };
    (Required $field:expr, $reader:ident) => {
        codec::Codec::read(&mut $field, $reader)
    };
    ($kind:ident $field:expr, $reader:ident) => {
        codec::Codec::read_some(&mut $field, $reader)
    };
}

/// Reads a value into a variant of the empty union `$slot`, without moving it afterwards.
macro_rules! branch {
    ($slot:ident, $reader:ident, $variant:ident) => {{
        // Dropping the empty value would take code for each variant.
        std::mem::forget(std::mem::replace($slot, Self::$variant(codec::empty())));
        #[allow(irrefutable_let_patterns, reason = "a union may have one variant")]
        let Self::$variant(value) = $slot else { return codec::Fit::Mismatch };
        codec::Codec::read(value, $reader)
    }};
}

/// Implements the common traits of string enums, for one with these variants, `as_str` and `From<&str>`.
macro_rules! open_enum {
    ($name:ident $($variant:ident)*) => {
        impl Clone for $name {
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant => Self::$variant,)*
                    Self::Unknown(value) => Self::Unknown(value.clone()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(value: &str) -> Result<Self, Infallible> {
                Ok(Self::from(value))
            }
        }

        impl codec::Codec for $name {
            const EXPECTED: &'static str = "a string";

            fn empty() -> Self {
                Self::from("")
            }

            fn read(&mut self, reader: &mut codec::Reader<'_>) -> codec::Fit {
                reader.read_string(&mut |text: &str| *self = Self::from(text))
            }

            fn write(&self, out: &mut codec::Writer) {
                out.string(self.as_str());
            }
        }

        codec::serde_traits!($name);
    };
}

/// Implements the common traits of unions, for one with these variants.
///
/// Its `clone`, like those of structs and string enums, isn't derived: derived ones are inline, and compiled again in
/// each codegen unit with a use.
macro_rules! union {
    ($name:ident $($variant:ident)*) => {
        impl Clone for $name {
            fn clone(&self) -> Self {
                match self {
                    $(Self::$variant(value) => Self::$variant(value.clone()),)*
                }
            }
        }

        codec::serde_traits!($name);
    };
}

/// Reads an unknown value into the union `$slot`.
macro_rules! unknown {
    ($slot:ident, $reader:ident, $lacks:expr) => {
        match codec::read_unknown($reader, $lacks) {
            Some(json) => {
                *$slot = Self::Unknown(json);
                codec::Fit::Same
            }
            None => codec::Fit::Null,
        }
    };
}

/// Implements serde's traits for a [`codec::Codec`](super::traits::Codec) type.
macro_rules! serde_traits {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                codec::serialize(&codec::JsonText::to_json(self), serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                codec::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use {branch, object, open_enum, read, serde_traits, union, unknown};
