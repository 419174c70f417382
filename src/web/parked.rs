//! A settings form as it was typed before its session ended, or before its person left for another page.

use super::{
    extract::Signed,
    view::{Notice, Tone},
};
use crate::{
    domain::{ids::ParkedFormId, settings::form::SettingsForm},
    error::Error,
};

/// The form that is kept under `id` for whoever is signed in, with what to say of it; `None` where none is. They have
/// `left` it for another page, or else were signed out.
///
/// Its revision stays, so that somebody's save since it was typed is noticed; its id is the one that it is kept under, so
/// that saving it forgets what is kept.
///
/// # Errors
/// When the database fails.
pub async fn kept(
    signed: &Signed,
    id: Option<ParkedFormId>,
    left: bool,
) -> Result<Option<(SettingsForm, Notice)>, Error> {
    let Some(id) = id else { return Ok(None) };
    let typed = signed.services().parked(&signed.visitor, id).await?;
    Ok(typed.map(|typed| (SettingsForm { form_id: id.to_string(), ..typed }, notice(left))))
}

fn notice(left: bool) -> Notice {
    let text = if left {
        "Your unsaved changes are still here. Check and save."
    } else {
        "You were signed out. Your unsaved changes are still here. Check and save."
    };
    Notice::new(Tone::Warn, "Not saved yet", text)
}
