//! The lists on `/apps/autotask`.

use super::parts::Link;

/// How the lists are doing, and what changed in Autotask.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// Whether there is an Autotask to fetch them from, and the reader may have it done.
    pub can_refresh: bool,
    /// When they were last refreshed, and how: a sentence.
    pub summary: String,
    /// How far a refresh is, while one waits or runs.
    pub progress: Option<Progress>,
    /// What the newest refresh failed with.
    pub failure: Option<Failure>,
    /// Fields whose saved choice is inactive in Autotask; the words say which.
    pub inactive: Vec<Link>,
    /// What changed in Autotask, newest first.
    pub news: Vec<News>,
}

/// How far a refresh is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The same in words: `Refreshing lists: 4 of 19 — Product categories`.
    pub text: String,
    /// Lists that are done.
    pub done: i64,
    /// All lists.
    pub all: i64,
}

/// Why lists could not be refreshed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What went wrong, without a full stop.
    pub cause: String,
    /// What to do about it, in whole sentences.
    pub fix: String,
}

/// Something that changed in Autotask.
#[derive(Clone, Debug)]
pub struct News {
    /// What, without a full stop.
    pub sentence: String,
    /// How long ago it was noticed.
    pub ago: String,
}
