//! `/activity/backfill`: earlier quotes are chosen, asked about once more, and sent.

use axum::response::{IntoResponse, Redirect};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    backfill_view as fill,
    error::Page,
    extract::{Form, Id, Params, Signed, html, pairs},
    view::{Notice, Tone},
};
use crate::{
    clock::Millis,
    domain::ids::{BackfillId, DocumentId},
    error::{Error, FieldErrors},
    service::backfill::{Selection, UnsentFilter},
};

/// The page's address.
pub const PAGE: &str = "/activity/backfill";

/// What the pages hand to each other: the filter, and what was chosen.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Choosing {
    /// A part of the number or the customer.
    pub text: String,
    /// `open`, `won`, `lost`, `placed`, or empty for all.
    pub status: String,
    /// Who made the quote, or empty for all.
    pub owner: String,
    /// The first day on which it was made, as typed.
    pub from: String,
    /// The last day on which it was made, as typed.
    pub to: String,
    /// Of the list: where the page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<DocumentId>,
    /// `true` where all that fit were chosen.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub all: String,
    /// Those that were chosen one by one.
    pub documents: Vec<DocumentId>,
    /// What was received later was not seen by who chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Sent along once: the same form sent twice is one backfill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form_id: Option<BackfillId>,
    /// Of the list, what a redirect tells about: nothing was `chosen`, nothing was left to be `sent`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nothing: String,
}

impl Choosing {
    /// The filter alone.
    pub fn filter_only(&self) -> Self {
        Self {
            before: None,
            all: String::new(),
            documents: Vec::new(),
            until: None,
            form_id: None,
            nothing: String::new(),
            ..self.clone()
        }
    }

    /// Whether anything is filtered away.
    pub fn is_filtered(&self) -> bool {
        [&self.text, &self.status, &self.owner, &self.from, &self.to]
            .into_iter()
            .any(|typed| !typed.is_empty())
    }

    /// The list's address with this filter, and whatever else is set.
    pub fn address(&self) -> Result<String, Error> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(pairs(self)?.into_iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        Ok(if query.is_empty() { PAGE.to_owned() } else { format!("{PAGE}?{query}") })
    }

    /// The filter as it is looked for; days are those of UTC.
    fn filter(&self) -> Result<UnsentFilter, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut day = |path: &str, typed: &str, days: i64| {
            let start = start_of(typed, days);
            if start.is_none() && !typed.trim().is_empty() {
                errors.add(path, "Enter a date such as 2026-11-23");
            }
            start
        };
        let from = day("from", &self.from, 0).unwrap_or(Millis::MIN);
        let before = day("to", &self.to, 1).unwrap_or(Millis::MAX);
        errors.into_result()?;
        Ok(UnsentFilter {
            text: self.text.clone(),
            status: self.status.clone(),
            owner: self.owner.trim().to_owned(),
            made_from: from,
            made_before: before,
            received_until: self.until.unwrap_or(Millis::MAX),
        })
    }

    /// What was chosen; `None` for nothing.
    fn selection(&self) -> Result<Option<Selection>, FieldErrors> {
        if self.all == "true" {
            return self.filter().map(|filter| Some(Selection::All(filter)));
        }
        let is_any = !self.documents.is_empty();
        Ok(is_any.then(|| Selection::These(self.documents.clone())))
    }
}

/// The moment at which the day begins that is `days` after the typed one.
fn start_of(typed: &str, days: i64) -> Option<Millis> {
    let date: Date = typed.trim().parse().ok()?;
    let start = date.checked_add(days.days()).ok()?.at(0, 0, 0, 0);
    TimeZone::UTC.to_timestamp(start).ok().map(jiff::Timestamp::as_millisecond)
}

/// The list.
pub async fn show(signed: Signed, Params(choosing): Params<Choosing>) -> Page {
    let services = signed.services();
    match choosing.filter() {
        Ok(filter) => {
            let unsent = services.unsent(signed.visitor.tenant, &filter, choosing.before).await?;
            html(&fill::list(&signed, &choosing, &unsent, notice(&choosing.nothing))?)
        }
        Err(errors) => html(&fill::refused(&signed, &choosing, &errors)),
    }
}

/// Asks before the chosen ones are sent, and tells what that will do.
pub async fn confirm(signed: Signed, Params(choosing): Params<Choosing>) -> Page {
    let list = |nothing: &str| {
        let address = Choosing { nothing: nothing.to_owned(), ..choosing.filter_only() }.address()?;
        Ok(Redirect::to(&format!("{address}#notice")).into_response())
    };
    let selection = match choosing.selection() {
        Ok(Some(selection)) => selection,
        Ok(None) => return list("chosen"),
        Err(_) => return list(""),
    };
    let foresight = signed.services().foresee(signed.visitor.tenant, &selection).await?;
    let form_id = BackfillId(signed.services().clock.new_id());
    html(&fill::confirm(&signed, &choosing, &foresight, form_id)?)
}

/// Sends the chosen ones.
pub async fn send(signed: Signed, Form(choosing): Form<Choosing>) -> Page {
    let unreadable = || Error::BadRequest("Nothing was chosen. Choose again.".to_owned());
    let selection = choosing.selection().map_err(Error::from)?.ok_or_else(unreadable)?;
    let id = choosing.form_id.unwrap_or_else(|| BackfillId(signed.services().clock.new_id()));
    let sent = signed.services().backfill(signed.visitor.tenant, &signed.author(), id, &selection).await?;
    let address = if sent > 0 { format!("{PAGE}/{id}") } else { format!("{PAGE}?nothing=sent#notice") };
    Ok(Redirect::to(&address).into_response())
}

/// What became of those that were sent together.
pub async fn sent(signed: Signed, Id(id): Id<BackfillId>) -> Page {
    let counts = signed.services().backfill_counts(signed.visitor.tenant, id).await?;
    let enabled = signed.services().settings_view(signed.visitor.tenant).await?.settings.enabled;
    html(&fill::sent(&signed, id, &counts, enabled))
}

fn notice(nothing: &str) -> Option<Notice> {
    let (heading, text) = match nothing {
        "chosen" => ("Nothing is chosen", "Select at least one quote or sale, or send all that match."),
        "sent" => (
            "Nothing was sent",
            "What was chosen is already on its way to Autotask, or is no longer to be sent.",
        ),
        _ => return None,
    };
    Some(Notice::new(Tone::Info, heading, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole_and_anything_else_is_refused_by_name() {
        let choosing =
            |from: &str, to: &str| Choosing { from: from.into(), to: to.into(), ..Choosing::default() };
        let filter = choosing("2026-11-23", "2026-11-23").filter().unwrap();
        assert_eq!(filter.made_before - filter.made_from, 24 * 60 * 60 * 1_000);
        assert_eq!(filter.made_from, 1_795_392_000_000);
        let errors = choosing("23.11.2026", "tomorrow").filter().unwrap_err();
        assert_eq!(errors.iter().map(|(path, _)| path).collect::<Vec<_>>(), ["from", "to"]);
        assert_eq!(choosing(" ", "").filter().unwrap(), UnsentFilter::default());
    }

    #[test]
    fn an_address_carries_the_filter_and_nothing_empty() {
        let choosing = Choosing { text: "a & b".into(), all: "true".into(), ..Choosing::default() };
        assert_eq!(choosing.filter_only().address().unwrap(), "/activity/backfill?text=a+%26+b");
        assert_eq!(Choosing::default().address().unwrap(), PAGE);
    }
}
