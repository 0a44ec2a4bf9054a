//! Closed lists of kinds, such as effects and warts: an enum whose every variant has a row in a table.

/// Declares an enum and a table with one row for each variant, so that neither can have an entry that the other lacks.
/// Code that depends on the kind matches it without a wildcard, so that a new row does not compile until each such place
/// handles it.
macro_rules! kinds {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident of $row:ty {
            $($(#[$doc:meta])* $variant:ident = $value:expr,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        $vis enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// Every kind, in the order of the table.
            $vis const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The table: the rows of all kinds, in the order of [`Self::ALL`].
            $vis const ROWS: &'static [$row] = &[$($value,)*];

            /// Its row.
            $vis fn row(self) -> &'static $row {
                &Self::ROWS[self as usize]
            }
        }
    };
}

/// Declares an enum and the words of definition files that stand for its variants.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs)]
        $vis enum $name {
            $($(#[$doc])* $variant,)*
        }

        impl $name {
            /// The words, in the order of the variants.
            $vis const WORDS: &'static [&'static str] = &[$($word,)*];

            /// What a word stands for.
            $vis fn of_word(word: &str) -> Option<$name> {
                match word {
                    $($word => Some($name::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {kinds, words};

#[cfg(test)]
mod tests {
    kinds! {
        /// Letters by their places.
        enum Letter of u8 {
            A = 1,
            B = 2,
        }
    }

    words! {
        /// Places.
        enum Place {
            First = "first",
            Second = "second",
        }
    }

    #[test]
    fn each_kind_has_its_row() {
        assert_eq!(Letter::ALL, [Letter::A, Letter::B]);
        assert_eq!(Letter::ROWS, [1, 2]);
        assert_eq!([Letter::A.row(), Letter::B.row()], [&1, &2]);
    }

    #[test]
    fn each_word_has_its_meaning() {
        assert_eq!(Place::WORDS, ["first", "second"]);
        assert_eq!(Place::of_word("first"), Some(Place::First));
        assert_eq!(Place::of_word("second"), Some(Place::Second));
        assert_eq!(Place::of_word("third"), None);
    }
}
