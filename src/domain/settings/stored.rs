//! How settings are stored, today and before: a revision stays as it was saved.

use serde::Deserialize;

use super::{BillingCodes, Opportunities, QuoteManagerSettings, Sections, Settings, TicketSettings};

/// A stored document. What came later is absent in older ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    enabled: bool,
    #[serde(default)]
    codes: Option<BillingCodes>,
    sections: Option<StoredSections>,
    #[serde(default)]
    tickets: TicketSettings,
    #[serde(default)]
    quote_manager: QuoteManagerSettings,
}

/// The sections of the Opportunities page; when they were the only ones, the codes were among them.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredSections {
    Own(Sections),
    WithCodes(Opportunities),
}

impl From<Stored> for Settings {
    fn from(Stored { enabled, codes, sections, tickets, quote_manager }: Stored) -> Self {
        let settings = Self { enabled, codes, sections: None, tickets, quote_manager };
        match sections {
            None => settings,
            Some(StoredSections::Own(sections)) => Self { sections: Some(sections), ..settings },
            Some(StoredSections::WithCodes(page)) => settings.with_opportunities(page),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::settings::{BilledBy, TicketSections, WhichSales};

    fn sections() -> Value {
        json!({
            "include_unquoted_sales": true,
            "created": { "category": 1, "default_owner": 2, "stage": 3, "status": 4, "probability": null, "shipping": 5 },
            "won": { "stage": 6, "status": 7 },
            "lost": { "stage": null, "status": 8 },
            "category_map": { "fallback": 9, "rows": { "Hardware": 10 } },
            "services": { "brand": "Own", "category": "Services" },
        })
    }

    fn codes() -> Value {
        json!({ "product": 11, "recurring_service": 12, "payment_surcharge": 13, "non_recurring_service": 14 })
    }

    const CODES: BillingCodes =
        BillingCodes { product: 11, recurring_service: 12, payment_surcharge: 13, non_recurring_service: 14 };

    fn read(document: Value) -> Settings {
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn what_was_saved_before_there_were_tickets_has_its_codes() {
        let mut with_codes = sections();
        with_codes["codes"] = codes();
        let before = read(json!({ "enabled": true, "sections": with_codes }));
        let now = read(json!({ "enabled": true, "codes": codes(), "sections": sections() }));
        assert_eq!(before, now);
        assert_eq!((before.codes, before.tickets.clone()), (Some(CODES), TicketSettings::NEW));
        assert_eq!(before.sections.unwrap().category_map.rows["Hardware"], 10);
        assert_eq!(read(json!({ "enabled": false, "sections": null })), Settings::NEW);
    }

    #[test]
    fn what_is_stored_is_read_back_the_same() {
        let tickets = TicketSections {
            which: WhichSales::Unquoted,
            billed_by: BilledBy::Tickets,
            category: 1,
            queue: 2,
            status: 3,
            priority: 4,
            issue_type: Some(5),
            due_days: 7,
            title: "{number} {title}".to_owned(),
            cancelled_status: 6,
        };
        let own = read(json!({ "enabled": true, "codes": codes(), "sections": sections() }));
        for sections in [None, Some(tickets)] {
            let settings = Settings { tickets: TicketSettings { enabled: true, sections }, ..own.clone() };
            assert_eq!(read(serde_json::to_value(&settings).unwrap()), settings);
        }
    }

    #[test]
    fn a_misspelled_setting_is_refused() {
        let mut wrong = sections();
        wrong["wonn"] = json!(1);
        let read = |document: Value| serde_json::from_value::<Settings>(document);
        assert!(read(json!({ "enabled": true, "codes": codes(), "sections": wrong })).is_err());
        assert!(read(json!({ "enabled": true, "sections": null, "ticket": {} })).is_err());
    }
}
