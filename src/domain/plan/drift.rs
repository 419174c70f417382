//! Drift: what somebody changed in Autotask since we last wrote there.

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::{Target, label};
use crate::domain::lists::Lists;

/// What a person can change about an opportunity, with its name in Autotask's pages.
const WATCHED: [(&str, &str); 11] = [
    ("stage", "Stage"),
    ("status", "Status"),
    ("ownerResourceID", "Owner"),
    ("opportunityCategoryID", "Category"),
    ("probability", "Probability"),
    ("title", "Title"),
    ("companyID", "Company"),
    ("contactID", "Contact"),
    ("startDate", "Start date"),
    ("projectedCloseDate", "Projected close date"),
    ("useQuoteTotals", "Use quote totals"),
];

/// Amounts of an opportunity. While it uses its quote's totals Autotask reckons them itself.
const AMOUNTS: [(&str, &str); 12] = [
    ("amount", "Amount"),
    ("cost", "Cost"),
    ("onetimeRevenue", "One-time revenue"),
    ("onetimeCost", "One-time cost"),
    ("monthlyRevenue", "Monthly revenue"),
    ("monthlyCost", "Monthly cost"),
    ("quarterlyRevenue", "Quarterly revenue"),
    ("quarterlyCost", "Quarterly cost"),
    ("semiannualRevenue", "Semi-annual revenue"),
    ("semiannualCost", "Semi-annual cost"),
    ("yearlyRevenue", "Yearly revenue"),
    ("yearlyCost", "Yearly cost"),
];

/// What a person can change about a quote.
const WATCHED_OF_QUOTE: [(&str, &str); 7] = [
    ("name", "Name"),
    ("externalQuoteNumber", "External quote number"),
    ("opportunityID", "Opportunity"),
    ("contactID", "Contact"),
    ("effectiveDate", "Effective date"),
    ("expirationDate", "Expiration date"),
    ("shippingType", "Shipping type"),
];

/// What a person would hardly change about a ticket: to work on one is to change the rest of it.
const WATCHED_OF_TICKET: [(&str, &str); 2] = [("companyID", "Company"), ("externalID", "External ID")];

/// Texts of a ticket that follow its sale until a person writes others.
const TEXTS_OF_TICKET: [(&str, &str); 2] = [("title", "Title"), ("description", "Description")];

/// One field of an opportunity, quote or ticket that is not as we wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Autotask's name of the field.
    pub field: &'static str,
    /// What it is called on Autotask's pages.
    pub called: &'static str,
    /// What we wrote.
    pub ours: Json,
    /// What is there now; null where it was emptied.
    pub theirs: Json,
}

impl Difference {
    /// The difference in a sentence: `Stage is On Hold; Opportune wrote Proposal Sent.`
    pub fn sentence(&self, lists: &Lists) -> String {
        let [theirs, ours] = self.texts(lists);
        format!("{} is {theirs}; Opportune wrote {ours}.", self.called)
    }

    /// What is there now and what we wrote, as people know them: `On Hold` and `Proposal Sent`.
    pub fn texts(&self, lists: &Lists) -> [String; 2] {
        [&self.theirs, &self.ours].map(|value| shown(self.field, value, lists))
    }
}

/// The fields that tell whether somebody changed or deactivated an object.
pub fn watched(target: Target) -> Vec<&'static str> {
    let name = |(field, _): &(&'static str, &'static str)| *field;
    match target {
        Target::Opportunity => WATCHED.iter().chain(&AMOUNTS).map(name).collect(),
        Target::Quote => WATCHED_OF_QUOTE.iter().map(name).collect(),
        Target::Ticket => WATCHED_OF_TICKET.iter().map(name).collect(),
        Target::Company => vec!["companyName", "isActive"],
        _ => vec!["name", "isActive"],
    }
}

/// The fields of an opportunity, quote or ticket, as Autotask gave it, that are not as they were last written. What we never
/// wrote is not ours to compare.
pub fn differences(
    target: Target,
    written: &Map<String, Json>,
    current: &Map<String, Json>,
) -> Vec<Difference> {
    let watched: &[(&'static str, &'static str)] = match target {
        Target::Opportunity => &WATCHED,
        Target::Quote => &WATCHED_OF_QUOTE,
        Target::Ticket => &WATCHED_OF_TICKET,
        _ => &[],
    };
    let uses_totals = current.get("useQuoteTotals").and_then(Json::as_bool).unwrap_or(true);
    let amounts = AMOUNTS.iter().filter(|_| target == Target::Opportunity && !uses_totals);
    watched.iter().chain(amounts).filter_map(|named| difference(*named, written, current)).collect()
}

/// The texts of a ticket, as Autotask gave it, that a person wrote in place of ours.
pub fn rewritten(written: &Map<String, Json>, current: &Map<String, Json>) -> Vec<Difference> {
    TEXTS_OF_TICKET.iter().filter_map(|named| difference(*named, written, current)).collect()
}

fn difference(
    (field, called): (&'static str, &'static str),
    written: &Map<String, Json>,
    current: &Map<String, Json>,
) -> Option<Difference> {
    let ours = written.get(field)?.clone();
    let theirs = current.get(field).cloned().unwrap_or(Json::Null);
    (!is_same(field, &ours, &theirs)).then_some(Difference { field, called, ours, theirs })
}

/// Whether a record, as Autotask gave it, has all that was sent to it.
pub fn has_arrived(sent: &Map<String, Json>, current: &Map<String, Json>) -> bool {
    sent.iter().all(|(field, ours)| is_same(field, ours, current.get(field).unwrap_or(&Json::Null)))
}

/// Whether two values mean the same: Autotask may write a number with other digits and a day with another time.
fn is_same(field: &str, ours: &Json, theirs: &Json) -> bool {
    match (ours, theirs) {
        (Json::Number(ours), Json::Number(theirs)) => {
            let decimal = |number: &serde_json::Number| number.to_string().parse::<Decimal>().ok();
            ours == theirs || decimal(ours).is_some() && decimal(ours) == decimal(theirs)
        }
        (Json::String(ours), Json::String(theirs)) if is_day(field) => day(ours) == day(theirs),
        (Json::String(ours), Json::String(theirs)) => plain(ours) == plain(theirs),
        _ => ours == theirs,
    }
}

fn is_day(field: &str) -> bool {
    field.ends_with("Date") || field == "datePurchased"
}

/// A text without what Autotask makes of the ends of lines, and of those of the whole.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

fn day(date: &str) -> &str {
    date.split('T').next().unwrap_or(date)
}

fn shown(field: &str, value: &Json, lists: &Lists) -> String {
    let named = value.as_i64().and_then(|id| label(Target::Opportunity, field, id, lists));
    match (named, value) {
        (Some(name), _) => name,
        (None, Json::Null) => "empty".to_owned(),
        (None, Json::Bool(yes)) => if *yes { "on" } else { "off" }.to_owned(),
        (None, Json::String(text)) if is_day(field) => day(text).to_owned(),
        (None, Json::String(text)) => format!("\"{text}\""),
        (None, other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Json) -> Map<String, Json> {
        if let Json::Object(members) = value { members } else { Map::new() }
    }

    fn fields(written: Json, current: Json) -> Vec<&'static str> {
        differences(Target::Opportunity, &map(written), &map(current))
            .iter()
            .map(|difference| difference.field)
            .collect()
    }

    #[test]
    fn the_same_in_other_digits_or_at_another_time_is_no_difference() {
        let written = json!({ "probability": 10, "startDate": "2026-11-23T00:00:00", "title": "Q-1 Desk", "amount": 11.5,
            "useQuoteTotals": false });
        let current = json!({ "probability": 10.0, "startDate": "2026-11-23T05:00:00Z", "title": "Q-1 Desk ",
            "amount": 11.50, "useQuoteTotals": false, "nextStep": "Call" });
        assert_eq!(fields(written, current), Vec::<&str>::new());
    }

    #[test]
    fn amounts_are_a_persons_only_without_quote_totals() {
        let written = json!({ "amount": 11.5, "useQuoteTotals": true });
        assert_eq!(
            fields(written.clone(), json!({ "amount": 99, "useQuoteTotals": true })),
            Vec::<&str>::new()
        );
        let own = json!({ "amount": 99, "useQuoteTotals": false });
        assert_eq!(fields(written, own), ["useQuoteTotals", "amount"]);
    }

    #[test]
    fn a_difference_is_told_with_both_values() {
        let found = differences(
            Target::Opportunity,
            &map(json!({ "title": "Q-1 Desk", "contactID": 7, "projectedCloseDate": "2026-12-01T00:00:00" })),
            &map(json!({ "title": "Desk", "projectedCloseDate": "2026-12-31T00:00:00" })),
        );
        let told: Vec<_> = found.iter().map(|difference| difference.sentence(&Lists::default())).collect();
        assert_eq!(
            told,
            [
                "Title is \"Desk\"; Opportune wrote \"Q-1 Desk\".",
                "Contact is empty; Opportune wrote 7.",
                "Projected close date is 2026-12-31; Opportune wrote 2026-12-01.",
            ]
        );
    }
}
