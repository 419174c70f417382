//! `/sign-in`.

use askama::Template;

use super::shell::Frame;

/// The sign-in page. It posts `email`, `password` and `next` to `/sign-in`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// The document around it.
    pub frame: Frame,
    /// What was typed last time; the password is never shown again.
    pub email: String,
    /// Why the last try failed.
    pub error: Option<String>,
    /// Whether a form came in after its session had ended, and is kept for whoever sent it.
    pub is_kept: bool,
    /// The path to go to after signing in.
    pub next: String,
}
