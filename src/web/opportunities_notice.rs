//! The news at the top of a page of settings: after a save, after the switch, before going back.

use super::{
    extract::Signed,
    opportunities::{NewsParams, address},
    view::{Link, Notice, Tone, count_of},
    words,
};
use crate::{
    domain::{
        second_sender::STOPS_AT,
        settings::{
            Origin,
            diff::{self, Change},
            page::Page,
        },
    },
    error::Error,
    service::{
        go_back::Restored,
        save_news::{Others, SaveNews},
        settings::{SettingsView, UNCHANGED},
    },
};

/// Changes that a notice names one by one.
const NAMED: usize = 8;

/// What a redirect to the page told about.
///
/// # Errors
/// When the database fails.
pub async fn news(
    signed: &Signed,
    view: &SettingsView,
    params: &NewsParams,
    page: Page,
) -> Result<Option<Notice>, Error> {
    if let Some(revision) = params.saved {
        let news = signed.services().save_news(signed.visitor.tenant, revision, params.merged).await?;
        return Ok(news.map(|news| saved(revision, &news, params.released.unwrap_or(0), page)));
    }
    if page == Page::Tickets {
        let is_set_up = view.settings.tickets.sections.is_some();
        return Ok(params
            .sync
            .as_deref()
            .and_then(|sync| tickets_switched(sync, is_set_up, view.settings.enabled)));
    }
    if let Some(released) = params.resumed {
        return Ok(Some(resumed(released)));
    }
    let mut notice = params.sync.as_deref().and_then(|sync| switched(sync, view.settings.sections.is_some()));
    if let Some(notice) = notice.as_mut().filter(|_| params.sync.as_deref() == Some("on")) {
        earlier(notice, signed.services().unsent_count(signed.visitor.tenant).await?);
    }
    Ok(notice)
}

/// Turning on sends nothing from before: that is said with what there is to choose from.
fn earlier(notice: &mut Notice, unsent: u64) {
    if unsent > 0 {
        let earlier = count_of(unsent, "earlier quote or sale was", "earlier quotes and sales were");
        let text = &notice.text;
        notice.text = format!("{text} 0 existing quotes will be sent. {earlier} received and not sent.");
        notice.links.push(Link::new("/activity/backfill", "Choose which to send"));
    }
}

fn resumed(released: u64) -> Notice {
    let released = match released {
        0 => "Nothing was held.".to_owned(),
        released => format!("{} now being sent.", count_of(released, "held quote is", "held quotes are")),
    };
    let text = format!(
        "{released} Should ids of another tool's appear with {STOPS_AT} more quotes, Opportune stops again."
    );
    let links = vec![Link::new("/activity", "View activity")];
    Notice { links, ..Notice::new(Tone::Ok, "Opportune is sending again", text) }
}

fn switched(sync: &str, is_set_up: bool) -> Option<Notice> {
    let (tone, heading, text) = match (sync, is_set_up) {
        ("on", true) => {
            (Tone::Ok, "Opportunity sync is enabled", "Quotes from now on are sent with the settings below.")
        }
        ("on", false) => (
            Tone::Ok,
            "Opportunity sync is enabled",
            "Quotes from now on are sent with the defaults below; they are held until these are saved.",
        ),
        ("off", _) => (
            Tone::Info,
            "Opportunity sync is disabled",
            "Nothing is sent. Your choices are kept, and nothing in Autotask was changed.",
        ),
        _ => return None,
    };
    Some(Notice { tone, heading: heading.to_owned(), text: text.to_owned(), ..Notice::default() })
}

fn tickets_switched(sync: &str, is_set_up: bool, is_other_on: bool) -> Option<Notice> {
    let (tone, heading, text) = match (sync, is_set_up) {
        ("on", true) => {
            (Tone::Ok, "Ticket sync is enabled", "Sales from now on become tickets with the settings below.")
        }
        ("on", false) => (
            Tone::Ok,
            "Ticket sync is enabled",
            "Sales from now on become tickets with the defaults below; they are held until these are saved.",
        ),
        ("off", _) => (
            Tone::Info,
            "Ticket sync is disabled",
            "No sale is sent as a ticket. Your choices are kept, and nothing in Autotask was changed.",
        ),
        _ => return None,
    };
    let mut notice = Notice::new(tone, heading, text);
    if sync == "on" && is_other_on {
        notice.text += " The Opportunities sync is on too.";
        notice.links.push(Link::new("#both", "Choose which sync bills a sale that both would"));
    }
    Some(notice)
}

fn saved(revision: i64, news: &SaveNews, released: u64, page: Page) -> Notice {
    let history = Link::new("/history", "View history");
    let first = diff::sentence(&news.changes);
    if revision == UNCHANGED || news.changes.is_empty() {
        let heading = "Nothing to save".to_owned();
        return Notice { tone: Tone::Info, heading, text: first, links: vec![history], ..Notice::default() };
    }
    let mut sentences = vec![first];
    sentences.extend(news.others.as_ref().map(others));
    let used = match page {
        Page::Opportunities => {
            "Used for quotes sent from now on. Opportunities already in Autotask are not changed."
        }
        Page::Tickets => "Used for sales sent from now on. Tickets already in Autotask are not changed.",
        Page::QuoteManager => "Used for what is read from now on.",
        Page::Both => "Used for what is sent from now on. What is already in Autotask is not changed.",
    };
    sentences.push(used.to_owned());
    if released > 0 {
        sentences.push(format!("{} now being sent.", count_of(released, "held quote is", "held quotes are")));
    }
    let inactive = u64::try_from(news.inactive).unwrap_or(0);
    if inactive > 0 {
        let point = count_of(inactive, "setting still points", "settings still point");
        sentences.push(format!("{point} to an inactive value."));
    }
    Notice {
        tone: if inactive > 0 { Tone::Warn } else { Tone::Ok },
        heading: heading(news.origin),
        text: sentences.join(" "),
        links: vec![history, Link::new("/activity", "View activity")],
        post: Some(Link::new(format!("/history/{revision}/undo"), "Undo")),
        ..Notice::default()
    }
}

fn heading(origin: Option<Origin>) -> String {
    match origin {
        None => "Settings saved".to_owned(),
        Some(Origin::Undo(revision)) => format!("Settings saved: revision {revision} is undone"),
        Some(Origin::Restore(revision)) => format!("Settings saved: revision {revision} is restored"),
    }
}

/// `Kim changed Stage for won quotes at 10:42 UTC. Both changes are kept.`
fn others(others: &Others) -> String {
    let what = match others.changes.as_slice() {
        [] => return String::new(),
        [one] => one.label.clone(),
        [one, rest @ ..] => {
            let count = u64::try_from(rest.len()).unwrap_or(u64::MAX);
            format!("{} and {}", one.label, count_of(count, "other setting", "other settings"))
        }
    };
    format!("{} changed {what} at {}. Both changes are kept.", others.by, words::clock_time(others.at))
}

/// What saving the restored form would do.
pub fn restored(restored: &Restored, page: Page, is_on: bool) -> Notice {
    let day = words::day(restored.at);
    let count = u64::try_from(restored.changes.len()).unwrap_or(u64::MAX);
    if count == 0 {
        let text = format!("The settings are as they were on {day}.");
        return Notice {
            tone: Tone::Info,
            heading: "Nothing to restore".to_owned(),
            text,
            ..Notice::default()
        };
    }
    let settings = count_of(count, "setting", "settings");
    let how = format!(
        "This puts {settings} back to how {} on {day}",
        if count == 1 { "it was" } else { "they were" }
    );
    let text = if is_on {
        "Nothing is saved yet. Check the values below, then save them."
    } else {
        "Nothing is saved yet. Turn on sync to see the values, then restore them from History again."
    };
    let mut points: Vec<_> = restored.changes.iter().take(NAMED).map(point).collect();
    if restored.changes.len() > NAMED {
        points.push(format!("and {} more", restored.changes.len() - NAMED));
    }
    Notice {
        tone: if is_on { Tone::Info } else { Tone::Warn },
        heading: how,
        text: text.to_owned(),
        points,
        links: vec![Link::new(address(page), "Keep the saved settings")],
        ..Notice::default()
    }
}

/// `Stage for won quotes: Discovery → Closed Won`
fn point(change: &Change) -> String {
    let before = change.before.as_deref().unwrap_or(diff::NEVER_SAVED);
    format!("{}: {before} → {}", change.label, change.after)
}
