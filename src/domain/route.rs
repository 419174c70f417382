//! Which sync brings a document to Autotask: a quote becomes an opportunity; a sale an opportunity, or a ticket.
//!
//! Nothing is billed twice: what Autotask has of a sale stays what it is, whatever the settings become.

use serde::{Deserialize, Serialize};

use super::{
    document::{Document, Kind},
    plan::{Key, Links, Target},
    settings::{BilledBy, Settings, TicketSections, WhichSales},
};

/// A way to Autotask, with a switch of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sync {
    /// "Sync your quotes and unquoted sales to Autotask opportunities".
    #[default]
    Opportunities,
    /// "Sync your sales to Autotask tickets".
    Tickets,
}

impl Sync {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Opportunities, Self::Tickets];

    /// The word in the database and in REST.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opportunities => "opportunities",
            Self::Tickets => "tickets",
        }
    }

    /// The one of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sync| sync.name() == name)
    }

    /// The record that everything else of a document hangs below.
    pub fn head(self) -> Target {
        match self {
            Self::Opportunities => Target::Opportunity,
            Self::Tickets => Target::Ticket,
        }
    }

    /// Whether its switch is on.
    pub fn is_on(self, settings: &Settings) -> bool {
        match self {
            Self::Opportunities => settings.enabled,
            Self::Tickets => settings.tickets.enabled,
        }
    }
}

impl TryFrom<String> for Sync {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::from_name(&name).ok_or_else(|| format!("there is no sync called {name}"))
    }
}

/// What decides about documents alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A quote.
    Quote,
    /// A sale that came from a quote.
    QuotedSale,
    /// A sale that came from none.
    UnquotedSale,
}

impl Class {
    /// The class of a document.
    pub fn of(document: &Document) -> Self {
        match (document.kind, &document.quote_number) {
            (Kind::Quote, _) => Self::Quote,
            (Kind::Sale, Some(_)) => Self::QuotedSale,
            (Kind::Sale, None) => Self::UnquotedSale,
        }
    }
}

/// Where a document goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// This sync sends it.
    By(Sync),
    /// None does: the switch is off.
    Off,
    /// None does: the settings leave such sales out.
    LeftOut,
}

impl Route {
    /// The sync that sends it.
    pub fn sync(self) -> Option<Sync> {
        match self {
            Self::By(sync) => Some(sync),
            Self::Off | Self::LeftOut => None,
        }
    }

    /// Why nothing is sent; `None` where something is.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::By(_) => None,
            Self::Off => Some("The opportunities sync is off. The document is kept and can be sent later."),
            Self::LeftOut => Some("Unquoted sales are not included in the sync. The document is kept."),
        }
    }
}

/// Where documents of a class go that Autotask has nothing of.
pub fn of_class(class: Class, settings: &Settings) -> Route {
    let is_quoted = class != Class::UnquotedSale;
    let by_opportunities = settings.enabled && (is_quoted || includes_unquoted(settings));
    if class != Class::Quote && takes_tickets(is_quoted, settings) {
        let billed_by = settings.tickets.sections.as_ref().map(|sections| sections.billed_by);
        if !by_opportunities || billed_by == Some(BilledBy::Tickets) {
            return Route::By(Sync::Tickets);
        }
    }
    match (by_opportunities, settings.enabled) {
        (true, _) => Route::By(Sync::Opportunities),
        (false, false) => Route::Off,
        (false, true) => Route::LeftOut,
    }
}

/// Where a document goes. `before` is the sync by which Autotask has it already.
pub fn route(class: Class, before: Option<Sync>, settings: &Settings) -> Route {
    before.map_or_else(|| of_class(class, settings), Route::By)
}

/// The sync of documents that a person chooses to send: whose switch is off, they wait for it. `None` where they are
/// left out.
pub fn of_chosen(class: Class, settings: &Settings) -> Option<Sync> {
    match of_class(class, settings) {
        Route::Off if class == Class::UnquotedSale && !includes_unquoted(settings) => None,
        Route::Off => Some(Sync::Opportunities),
        route => route.sync(),
    }
}

/// The sync by which Autotask has a document already, by the document's own links and those of the quote that a sale
/// came from.
pub fn sent_by(document: &Document, own: &Links, of_quote: Option<&Links>) -> Option<Sync> {
    let has = |target| own.get(&Key::only(target)).is_some();
    let is_given =
        Class::of(document) == Class::UnquotedSale && document.content.autotask.opportunity_id.is_some();
    let opportunity = of_quote.and_then(|links| links.get(&Key::only(Target::Opportunity)));
    let is_with_quote =
        opportunity.is_some_and(|link| link.written.sale.as_deref() == Some(document.number.as_str()));
    if has(Target::Ticket) {
        return Some(Sync::Tickets);
    }
    (has(Target::Opportunity) || is_given || is_with_quote).then_some(Sync::Opportunities)
}

/// Whether sales without a quote become opportunities; before the settings are saved they are held like everything
/// else.
fn includes_unquoted(settings: &Settings) -> bool {
    settings.sections.as_ref().is_none_or(|sections| sections.include_unquoted_sales)
}

/// Whether the tickets sync takes such sales, all of them before it is set up.
fn takes_tickets(is_quoted: bool, settings: &Settings) -> bool {
    let takes = |sections: &TicketSections| sections.which == WhichSales::All || !is_quoted;
    settings.tickets.enabled && settings.tickets.sections.as_ref().is_none_or(takes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        intake,
        plan::{Link, Written},
        settings::TicketSettings,
    };

    /// Opportunities off, on, or on without unquoted sales.
    #[derive(Clone, Copy)]
    enum Opportunities {
        Off,
        On,
        Quoted,
    }
    use Opportunities::{Off, On, Quoted};

    fn settings(opportunities: Opportunities, tickets: Option<(WhichSales, BilledBy)>) -> Settings {
        let sections = tickets.map(|(which, billed_by)| TicketSections {
            which,
            billed_by,
            category: 1,
            queue: 1,
            status: 1,
            priority: 1,
            issue_type: None,
            due_days: 7,
            title: "{number} {title}".to_owned(),
            cancelled_status: 5,
        });
        let mut settings = Settings {
            enabled: !matches!(opportunities, Off),
            tickets: TicketSettings { enabled: tickets.is_some(), sections },
            ..Settings::NEW
        };
        let mut saved = crate::domain::plan::tests::settings().sections;
        saved.include_unquoted_sales = !matches!(opportunities, Quoted);
        settings.sections = Some(saved);
        settings
    }

    const OPPORTUNITY: Route = Route::By(Sync::Opportunities);
    const TICKET: Route = Route::By(Sync::Tickets);

    #[test]
    fn the_table_of_routes() {
        use BilledBy::{Opportunities as ByOpportunity, Tickets as ByTicket};
        use WhichSales::{All, Unquoted};
        // Opportunities, tickets, then where a quote, a quoted and an unquoted sale go.
        let table = [
            (Off, None, [Route::Off, Route::Off, Route::Off]),
            (On, None, [OPPORTUNITY, OPPORTUNITY, OPPORTUNITY]),
            (Quoted, None, [OPPORTUNITY, OPPORTUNITY, Route::LeftOut]),
            (Off, Some((All, ByOpportunity)), [Route::Off, TICKET, TICKET]),
            (Off, Some((All, ByTicket)), [Route::Off, TICKET, TICKET]),
            (Off, Some((Unquoted, ByOpportunity)), [Route::Off, Route::Off, TICKET]),
            (Off, Some((Unquoted, ByTicket)), [Route::Off, Route::Off, TICKET]),
            (On, Some((All, ByOpportunity)), [OPPORTUNITY, OPPORTUNITY, OPPORTUNITY]),
            (On, Some((All, ByTicket)), [OPPORTUNITY, TICKET, TICKET]),
            (On, Some((Unquoted, ByOpportunity)), [OPPORTUNITY, OPPORTUNITY, OPPORTUNITY]),
            (On, Some((Unquoted, ByTicket)), [OPPORTUNITY, OPPORTUNITY, TICKET]),
            (Quoted, Some((All, ByOpportunity)), [OPPORTUNITY, OPPORTUNITY, TICKET]),
            (Quoted, Some((All, ByTicket)), [OPPORTUNITY, TICKET, TICKET]),
            (Quoted, Some((Unquoted, ByOpportunity)), [OPPORTUNITY, OPPORTUNITY, TICKET]),
            (Quoted, Some((Unquoted, ByTicket)), [OPPORTUNITY, OPPORTUNITY, TICKET]),
        ];
        for (row, (opportunities, tickets, expected)) in table.into_iter().enumerate() {
            let settings = settings(opportunities, tickets);
            let classes = [Class::Quote, Class::QuotedSale, Class::UnquotedSale];
            assert_eq!(classes.map(|class| of_class(class, &settings)), expected, "row {row}");
            for sync in Sync::ALL {
                let stays = classes.map(|class| route(class, Some(sync), &settings));
                assert_eq!(stays, [Route::By(sync); 3], "row {row}: what Autotask has");
            }
        }
    }

    #[test]
    fn before_the_tickets_page_is_saved_its_sync_takes_what_no_opportunity_bills() {
        let mut settings = settings(Off, None);
        settings.tickets.enabled = true;
        assert_eq!(of_class(Class::QuotedSale, &settings), TICKET);
        settings.enabled = true;
        assert_eq!(of_class(Class::UnquotedSale, &settings), OPPORTUNITY);
    }

    #[test]
    fn what_a_person_chooses_waits_for_a_switch_that_is_off() {
        let off = settings(Off, None);
        assert_eq!(of_chosen(Class::UnquotedSale, &off), Some(Sync::Opportunities));
        let mut left_out = settings(Quoted, None);
        assert_eq!(of_chosen(Class::UnquotedSale, &left_out), None);
        left_out.enabled = false;
        assert_eq!(of_chosen(Class::UnquotedSale, &left_out), None);
        let tickets = settings(Off, Some((WhichSales::All, BilledBy::Opportunities)));
        assert_eq!(of_chosen(Class::UnquotedSale, &tickets), Some(Sync::Tickets));
        assert_eq!(of_chosen(Class::Quote, &tickets), Some(Sync::Opportunities));
    }

    #[test]
    fn what_autotask_has_is_told_by_links() {
        let body = serde_json::json!({
            "title": "Order", "status": "placed", "currency": "USD", "ordered_at": "2026-11-23T09:00:00Z",
            "customer": { "id": "55", "name": "Northwind Traders" }, "quote_number": "Q-1",
        });
        let mut sale = intake::sale("S-1", &body).unwrap();
        let linked = |target, written| {
            let mut links = Links::default();
            links.set(Key::only(target), Link { id: 7, written });
            links
        };
        let (none, own) = (Links::default(), Written::default());
        let with = |number: &str| Written { sale: Some(number.to_owned()), ..Written::default() };
        assert_eq!(sent_by(&sale, &none, None), None);
        assert_eq!(sent_by(&sale, &linked(Target::Ticket, own.clone()), None), Some(Sync::Tickets));
        assert_eq!(
            sent_by(&sale, &linked(Target::Opportunity, own.clone()), None),
            Some(Sync::Opportunities)
        );
        assert_eq!(sent_by(&sale, &none, Some(&linked(Target::Opportunity, own))), None, "its quote alone");
        let billed = linked(Target::Opportunity, with("S-1"));
        assert_eq!(sent_by(&sale, &none, Some(&billed)), Some(Sync::Opportunities));
        assert_eq!(
            sent_by(&sale, &none, Some(&linked(Target::Opportunity, with("S-0")))),
            None,
            "another sale"
        );
        sale.content.autotask.opportunity_id = Some(70);
        assert_eq!(sent_by(&sale, &none, None), None, "it is the quote's");
        sale.quote_number = None;
        assert_eq!(sent_by(&sale, &none, None), Some(Sync::Opportunities));
    }
}
