//! What a revision goes back to.

use std::{fmt, str::FromStr};

/// That a revision was made by going back to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It took back what that revision changed.
    Undo(i64),
    /// It began from the values of that revision.
    Restore(i64),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undo(revision) => write!(f, "undo:{revision}"),
            Self::Restore(revision) => write!(f, "restore:{revision}"),
        }
    }
}

impl FromStr for Origin {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (what, revision) = text.split_once(':').ok_or(())?;
        let revision = revision.parse().map_err(|_| ())?;
        match what {
            "undo" => Ok(Self::Undo(revision)),
            "restore" => Ok(Self::Restore(revision)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_it_was_written() {
        for origin in [Origin::Undo(7), Origin::Restore(12)] {
            assert_eq!(origin.to_string().parse(), Ok(origin));
        }
        for text in ["", "7", "undo:", "undo:seven", "import:7"] {
            assert_eq!(text.parse::<Origin>(), Err(()), "{text:?}");
        }
    }
}
