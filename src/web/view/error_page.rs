//! Pages that say why there is no page.

use askama::Template;

use super::{
    parts::Link,
    shell::{Frame, Shell},
};

/// What went wrong, in the reader's words.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// What happened: `Page not found`.
    pub heading: String,
    /// What it means and what to do.
    pub message: String,
    /// Where to go.
    pub action: Option<Link>,
    /// What support needs to find the details.
    pub reference: Option<String>,
}

/// An error page for someone who is signed in.
#[derive(Clone, Debug, Template)]
#[template(path = "error_inside.html")]
pub struct ErrorPageInside {
    /// The frame.
    pub shell: Shell,
    /// What went wrong.
    pub error: ErrorPage,
}

/// An error page where nobody is signed in, or nobody knows who.
#[derive(Clone, Debug, Template)]
#[template(path = "error_outside.html")]
pub struct ErrorPageOutside {
    /// The document around it.
    pub frame: Frame,
    /// What went wrong.
    pub error: ErrorPage,
}
