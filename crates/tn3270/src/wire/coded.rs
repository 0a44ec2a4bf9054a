//! Enums whose variants stand for codes.

/// Defines an enum with the code of each variant, which `code` gives and `from_code` finds: a variant without a code does not
/// compile. A second code behind a bar is read, but not written. With `else Unknown` every other code is a variant too.
macro_rules! coded {
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $code:literal $(| $alias:literal)?,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// The one with this code, if there is one.
            $vis const fn from_code(code: u8) -> Option<$name> {
                match code {
                    $($code $(| $alias)? => Some($name::$variant),)*
                    _ => None,
                }
            }

            /// The code.
            $vis const fn code(self) -> u8 {
                match self {
                    $($name::$variant => $code,)*
                }
            }
        }
    };
    (
        $(#[$meta:meta])* $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $code:literal,)*
        } else $(#[$rest:meta])* $unknown:ident
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$doc])* $variant,)*
            $(#[$rest])*
            $unknown(u8),
        }

        impl $name {
            /// The one with this code.
            $vis const fn from_code(code: u8) -> $name {
                match code {
                    $($code => $name::$variant,)*
                    code => $name::$unknown(code),
                }
            }

            /// The code.
            $vis const fn code(self) -> u8 {
                match self {
                    $($name::$variant => $code,)*
                    $name::$unknown(code) => code,
                }
            }
        }
    };
}

pub(super) use coded;
