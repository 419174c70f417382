//! Kaseya Quote Manager as one of the sources: how it is asked, and how its lists hang together.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;

use super::{CALLS_A_DAY, CALLS_A_MINUTE, Client, Failure, NAME, PAGE, SLUG, URL, codes, reading};
use crate::{
    clock::timestamp,
    domain::{
        document::Document,
        settings::{QuoteManagerSettings, Settings},
        source::{
            self, Ask, Facts, FailureKind, Fetched, Key, Making, Names, Of, Record, Resource, Role, Source,
        },
    },
    error::Result,
};

const fn list(name: &'static str, label: &'static str, role: Role) -> Resource {
    Resource { name, label, role, below: None, tells_changes: true, has_pages: true }
}

const fn whole(name: &'static str, label: &'static str) -> Resource {
    Resource { tells_changes: false, ..list(name, label, Role::Reference) }
}

const fn part(
    name: &'static str,
    label: &'static str,
    above: &'static str,
    filter: &'static str,
) -> Resource {
    Resource { below: Some((above, filter)), tells_changes: false, ..list(name, label, Role::Part) }
}

const FACTS: Facts = Facts {
    word: SLUG,
    name: NAME,
    address: URL,
    key_is_at: "In Kaseya Quote Manager, open My Account (the profile icon), Developer API; in some versions Settings, API.",
    calls_a_minute: CALLS_A_MINUTE as i64,
    calls_a_day: CALLS_A_DAY as i64,
    page: PAGE,
    resources: &[
        list("quote", "Quotes", Role::Document),
        list("salesorder", "Sales orders", Role::Document),
        part("quotesection", "Sections of quotes", "quote", "quoteID"),
        part("quoteline", "Lines of quotes", "quotesection", "quoteSectionID"),
        part("salesorderline", "Lines of sales orders", "salesorder", "salesOrderID"),
        Resource { has_pages: false, ..whole("category", "Categories") },
        list("brand", "Brands", Role::Reference),
        whole("employee", "Employees"),
        list("customer", "Customers", Role::Reference),
        Resource {
            below: Some(("customer", "customerID")),
            ..list("contact", "Contacts of customers", Role::Reference)
        },
        list("product", "Products", Role::Reference),
    ],
    catalogue: &["category", "brand"],
    tested: &[
        ("quote", "API key accepted, quotes can be read"),
        ("salesorder", "Sales orders can be read"),
        ("employee", "Employees can be read"),
    ],
    numbers: &["quoteNumber", "orderNumber"],
    codes: &codes::FIELDS,
};

/// Kaseya Quote Manager at an address.
#[derive(Clone, Debug)]
pub struct QuoteManager {
    client: Client,
    url: String,
}

impl QuoteManager {
    /// The one at this address.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    pub fn new(url: &str) -> Result<Self> {
        Ok(Self { client: Client::new()?, url: url.to_owned() })
    }

    async fn ask(&self, key: &SecretString, ask: Ask) -> std::result::Result<Vec<Value>, Failure> {
        let (page, since, filter) = match ask.of {
            Of::One(id) => {
                return self.client.get_one(&self.url, key, ask.resource, id).await.map(|row| vec![row]);
            }
            Of::Page { page, since, filter } => (page, since, filter),
        };
        let mut params: Vec<(&str, String)> = Vec::new();
        if FACTS.resource(ask.resource).is_some_and(|resource| resource.has_pages) {
            params.push(("page", page.to_string()));
            params.push(("pageSize", PAGE.to_string()));
        }
        if let Some(since) = since {
            params.push(("modifiedAfter", timestamp(since).to_string()));
        }
        if let Some((field, id)) = filter {
            params.push((field, id.to_string()));
        }
        Ok(self.client.get(&self.url, key, ask.resource, &params).await?.rows)
    }
}

impl From<Failure> for source::Failure {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Credentials => FailureKind::Refused,
            Failure::Throttled(wait) => FailureKind::Throttled(*wait),
            Failure::Missing => FailureKind::Missing,
            Failure::Unreadable(_) | Failure::Unavailable(_) | Failure::Refused(_) => FailureKind::Trouble,
        };
        Self { kind, sentence: failure.sentence(), fix: failure.fix() }
    }
}

impl Source for QuoteManager {
    fn facts(&self) -> &'static Facts {
        &FACTS
    }

    fn address(&self) -> &str {
        &self.url
    }

    fn settings<'a>(&self, settings: &'a Settings) -> &'a QuoteManagerSettings {
        &settings.quote_manager
    }

    fn settings_mut<'a>(&self, settings: &'a mut Settings) -> &'a mut QuoteManagerSettings {
        &mut settings.quote_manager
    }

    fn check_code(&self, code: &str, word: &str) -> std::result::Result<(), String> {
        codes::check(code, word)
    }

    fn fetch<'a>(&'a self, key: &'a SecretString, ask: Ask) -> Fetched<'a> {
        Box::pin(async move { self.ask(key, ask).await.map_err(source::Failure::from) })
    }

    fn id(&self, row: &Value) -> Option<i64> {
        reading::id_in(row, "id")
    }

    fn id_in(&self, row: &Value, field: &'static str) -> Option<i64> {
        reading::id_in(row, field)
    }

    fn is_open(&self, resource: &str, row: &Value) -> bool {
        reading::is_open(resource, row)
    }

    fn refers_to(&self, resource: &str, row: &Value) -> Vec<Key> {
        reading::refers_to(resource, row)
    }

    fn codes(&self, resource: &str, row: &Value) -> Vec<(&'static str, i64)> {
        reading::codes(resource, row)
    }

    fn names(&self, known: &BTreeMap<Key, Value>) -> Names {
        reading::names(known)
    }

    fn document(
        &self,
        record: &Record,
        making: &Making<'_>,
    ) -> std::result::Result<Option<Document>, String> {
        reading::document(record, making)
    }
}

/// What documents refer to, out of records by their keys.
pub(super) fn known<T>(
    known: &BTreeMap<Key, Value>,
    of: &'static str,
    read: impl Fn(&Value) -> T,
) -> BTreeMap<i64, T> {
    let rows = known.iter().filter(|((resource, _), _)| *resource == of);
    rows.map(|((_, id), row)| (*id, read(row))).collect()
}
