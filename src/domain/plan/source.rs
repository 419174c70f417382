//! Where a value of a plan comes from: kept beside each value, so that a preview can say why it is what it is.

use super::Target;
use crate::domain::document::Kind;

/// Whose value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The quote's or the sale's.
    Document,
    /// A line's.
    Line,
}

/// Where a value comes from. Its words are made only when somebody reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Chosen on the Opportunities or the Tickets page, at this path.
    Setting(&'static str),
    /// The category map: the row of the line's category, or what stands for any other.
    CategoryMap {
        /// Whether it is the value for any other category.
        is_fallback: bool,
    },
    /// What the document or the line says.
    Said {
        /// Whose it is.
        of: Of,
        /// What it is called.
        what: &'static str,
        /// The most characters that Autotask takes, where the text had more.
        cut: Option<usize>,
    },
    /// Autotask's record that fits what the document or the line says.
    Matched {
        /// Whose it is.
        of: Of,
        /// What it is called.
        what: &'static str,
    },
    /// The id of a record that an earlier step made.
    Step(Target),
    /// Added up from selected lines, and from delivery, surcharge and coupon.
    Computed {
        /// How many lines.
        lines: usize,
        /// How many of delivery, surcharge and coupon.
        charges: usize,
    },
    /// The same for every document.
    Fixed,
    /// What stands in for something that was not said; the words say for what.
    Default(&'static str),
}

impl Source {
    /// What the document says.
    pub const fn document(what: &'static str) -> Self {
        Self::Said { of: Of::Document, what, cut: None }
    }

    /// What a line says.
    pub const fn line(what: &'static str) -> Self {
        Self::Said { of: Of::Line, what, cut: None }
    }

    /// The same, of which Autotask takes only so many characters.
    #[must_use]
    pub fn cut_at(self, max: usize) -> Self {
        match self {
            Self::Said { of, what, .. } => Self::Said { of, what, cut: Some(max) },
            other => other,
        }
    }

    /// In words that go on from the value: `from When a quote is created`.
    pub fn words(self, kind: Kind) -> String {
        let whose = |of: Of| match of {
            Of::Document => kind.name(),
            Of::Line => "line",
        };
        match self {
            Self::Setting(path) => format!("from {}", section(path)),
            Self::CategoryMap { is_fallback: false } => "from the category map".to_owned(),
            Self::CategoryMap { is_fallback: true } => "from the category map: any other category".to_owned(),
            Self::Said { of, what, cut: None } => format!("the {}'s {what}", whose(of)),
            Self::Said { of, what, cut: Some(max) } => {
                format!("the {}'s {what}, cut at {max} characters", whose(of))
            }
            Self::Matched { of, what } => format!("matched from the {}'s {what}", whose(of)),
            Self::Step(target) => format!("the {} of an earlier step", target.noun()),
            Self::Computed { lines, charges } => computed(lines, charges),
            Self::Fixed => format!("the same for every {}", kind.name()),
            Self::Default(words) => words.to_owned(),
        }
    }
}

fn computed(lines: usize, charges: usize) -> String {
    let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let lines = count(lines, "line");
    match charges {
        0 => format!("computed from {lines}"),
        charges => format!("computed from {lines} and {}", count(charges, "charge")),
    }
}

/// The heading of the section that a setting stands in.
fn section(path: &str) -> &'static str {
    if path == "tickets.cancelled_status" {
        return "When a sale is cancelled";
    }
    match path.split('.').next() {
        Some("tickets") => "When a sale is made",
        Some("created") => "When a quote is created",
        Some("won") => "When a quote is won",
        Some("lost") => "When a quote is lost",
        Some("codes") => "When an item is quoted or sold",
        Some("services") => "When a service or labor role is created in Autotask",
        _ => "the Opportunities page",
    }
}
