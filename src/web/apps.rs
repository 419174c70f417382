//! `/apps`.

use super::{
    error::Page,
    extract::{Signed, html},
    view::{Apps, Nav, Tag, Tile, Tone},
};
use crate::service::activity::Summary;

/// The apps that a tenant has.
pub async fn show(signed: Signed) -> Page {
    let tenant = signed.visitor.tenant;
    let connected = signed.services().connection(tenant).await?.is_some();
    let settings = signed.services().settings_view(tenant).await?.settings;
    let summary = signed.services().summary(tenant).await?;
    let tile = Tile {
        name: "Autotask".to_owned(),
        href: "/apps/autotask".to_owned(),
        state: state(connected, settings.is_any_on(), settings.is_set_up(), &summary),
        summary: super::activity::last_sent(signed.services().clock.now(), &summary),
    };
    html(&Apps { shell: signed.shell("Apps", Nav::Apps, &[]), tiles: vec![tile] })
}

/// The app's state in a word or two.
pub fn state(connected: bool, enabled: bool, saved: bool, summary: &Summary) -> Tag {
    match (connected, enabled, saved) {
        (false, ..) => Tag::new(Tone::Warn, "Not connected"),
        (true, false, _) => Tag::new(Tone::Plain, "Connected, sync off"),
        (true, true, false) => Tag::new(Tone::Warn, "Setup needed"),
        (true, true, true) if summary.held > 0 => {
            Tag::new(Tone::Warn, format!("Needs you: {} held", summary.held))
        }
        (true, true, true) => Tag::new(Tone::Ok, "Working"),
    }
}
