//! The settings form as it was typed before its session ended, or before its person left for another page.

use super::{
    extract::Signed,
    opportunities,
    view::{Notice, Opportunities, Tone},
};
use crate::{
    domain::ids::ParkedFormId,
    error::{Error, FieldErrors},
    service::settings::SettingsView,
};

/// The page with the form that is kept under `id` for whoever is signed in; `None` where none is, or the sync is off. They
/// have `left` it for another page, or else were signed out.
///
/// # Errors
/// When the database fails.
pub async fn page(
    signed: &Signed,
    view: &SettingsView,
    id: ParkedFormId,
    left: bool,
) -> Result<Option<Opportunities>, Error> {
    let Some(typed) = signed.services().parked(&signed.visitor, id).await? else { return Ok(None) };
    let mut page =
        opportunities::page(signed, view, Some(&typed), FieldErrors::default(), Some(notice(left))).await?;
    let Some(form) = &mut page.form else { return Ok(None) };
    // Somebody's save since it was typed must still be noticed, and saving this forgets what is kept.
    form.revision = typed.revision;
    form.form_id = id.to_string();
    Ok(Some(page))
}

fn notice(left: bool) -> Notice {
    let text = if left {
        "Your unsaved changes are still here. Check and save."
    } else {
        "You were signed out. Your unsaved changes are still here. Check and save."
    };
    Notice::new(Tone::Warn, "Not saved yet", text)
}
