//! The small pieces that several pages share.

use std::fmt;

/// How a state feels, as colour and shape; the words beside it always say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to feel about it.
    #[default]
    Plain,
    /// Done or working.
    Ok,
    /// Someone should look when there is time.
    Warn,
    /// Something does not work until someone acts.
    Bad,
    /// News without a judgement.
    Info,
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
        })
    }
}

/// A link with its visible words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// The words that are shown.
    pub label: String,
}

impl Link {
    /// A link to `href` that reads `label`.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// One step of the path above the page's heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// The page's name.
    pub label: String,
    /// Its address; none for the page that is shown.
    pub href: Option<String>,
}

/// A short state in a rounded box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// Its colour and shape.
    pub tone: Tone,
    /// One to four words.
    pub text: String,
}

impl Tag {
    /// A tag that reads `text`.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }
}

/// News at the top of a page, after a redirect: what happened and what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Its colour.
    pub tone: Tone,
    /// What happened, without a full stop.
    pub heading: String,
    /// What it means, in whole sentences; may be empty.
    pub text: String,
    /// The single points of it, as a list under the text.
    pub points: Vec<String>,
    /// Where to go from here.
    pub links: Vec<Link>,
    /// What can be done about it at once: a button that posts to the link's address.
    pub post: Option<Link>,
}

impl Notice {
    /// News without points, links or a button.
    pub fn new(tone: Tone, heading: impl Into<String>, text: impl Into<String>) -> Self {
        let (heading, text) = (heading.into(), text.into());
        Self { tone, heading, text, points: Vec::new(), links: Vec::new(), post: None }
    }
}

/// One line of the error summary; the same sentence stands beside the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLink {
    /// The field, as `#id`.
    pub href: String,
    /// What to do, as a sentence without a full stop.
    pub text: String,
}

/// `count` with its noun in the right number: `1 quote`, `4 quotes`.
pub fn count_of(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
