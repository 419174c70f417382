//! The documents that somebody makes in Quote Manager while the demo runs.

use std::{collections::BTreeSet, fs, io, path::Path, time::Duration};

use jiff::Span;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::rows::{self, References, Row};
use crate::{
    clock::{self, Clock},
    domain::{
        document::{Document, Kind},
        ids::TenantId,
        intake,
    },
    emulator::QuoteManager,
    error::{Error, Result},
    service::Services,
};

const DOCUMENTS: &str = include_str!("documents.json");

#[derive(Deserialize)]
struct Written {
    after_ms: u64,
    kind: Kind,
    number: String,
    document: Value,
}

/// A document as somebody saves it, so long after the start.
struct Arrival {
    after_ms: u64,
    document: Document,
}

impl Written {
    fn read(self) -> Result<Arrival> {
        let read = match self.kind {
            Kind::Quote => intake::quote(&self.number, &self.document),
            Kind::Sale => intake::sale(&self.number, &self.document),
        };
        Ok(Arrival { after_ms: self.after_ms, document: read.map_err(Error::from)? })
    }
}

fn arrivals() -> Result<Vec<Arrival>> {
    let written: Vec<Written> = serde_json::from_str(DOCUMENTS).map_err(Error::internal)?;
    written.into_iter().map(Written::read).collect()
}

fn references(arrivals: &[Arrival]) -> References {
    References::of(arrivals.iter().map(|arrival| &arrival.document))
}

/// The brands and categories that Quote Manager will have, so that they can be mapped from the start.
pub async fn add_catalogue(services: &Services, tenant: TenantId) -> Result<()> {
    let (categories, brands) = references(&arrivals()?).catalogue();
    services.add_catalogue(tenant, &categories, &brands).await
}

/// Makes what the documents will refer to in Quote Manager, unless it is there.
pub fn add_references(manager: &QuoteManager) -> Result<()> {
    let rows = references(&arrivals()?).rows();
    let missing = rows.into_iter().filter(|(resource, row)| !has(manager, resource, row));
    put(manager, missing)
}

/// Saves the documents in Quote Manager, each at its time after the start. How far it came is kept in `progress`, so that
/// a later start does not save old states again.
pub async fn run(manager: &QuoteManager, clock: &Clock, progress: &Path, stop: &CancellationToken) {
    if let Err(error) = try_run(manager, clock, progress, stop).await {
        tracing::error!(%error, "the demo's documents stopped arriving");
    }
}

async fn try_run(
    manager: &QuoteManager,
    clock: &Clock,
    progress: &Path,
    stop: &CancellationToken,
) -> Result<()> {
    let mut arrivals = arrivals()?;
    let references = references(&arrivals);
    let arrived: usize =
        fs::read_to_string(progress).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    for arrival in arrivals.iter_mut().take(arrived) {
        made_today(&mut arrival.document, manager, clock);
    }
    let before = arrivals.get(arrived).map_or(0, |arrival| arrival.after_ms);
    let start = Instant::now();
    for nth in arrived..arrivals.len() {
        let at = start + Duration::from_millis(arrivals[nth].after_ms - before);
        tokio::select! {
            () = sleep_until(at) => {}
            () = stop.cancelled() => return Ok(()),
        }
        made_today(&mut arrivals[nth].document, manager, clock);
        save(manager, rows_of(&arrivals[..=nth], &references))?;
        fs::write(progress, (nth + 1).to_string()).map_err(Error::internal)?;
    }
    Ok(())
}

/// Whoever looks on sees documents that are made now, and not on a day in the past: before a connection they would be
/// history. One that was saved before keeps its time.
fn made_today(document: &mut Document, manager: &QuoteManager, clock: &Clock) {
    let content = &mut document.content;
    let id = rows::id_of(&document.number);
    let earlier = manager.rows(rows::resource(document.kind)).into_iter().find(|row| row["id"] == id);
    let made = earlier.and_then(|row| row["createdDate"].as_str()?.parse().ok());
    let made = made.unwrap_or_else(|| clock::timestamp(clock.now()));
    let later = made.duration_since(content.created_at).as_hours().div_euclid(24);
    content.expires_on = content.expires_on.map(|day| day.saturating_add(Span::new().days(later)));
    content.created_at = made;
}

/// The rows of the last one. With a sale that came of a quote, Quote Manager counts the quote as won.
fn rows_of(arrivals: &[Arrival], references: &References) -> Vec<Row> {
    let Some((Arrival { document, .. }, before)) = arrivals.split_last() else { return Vec::new() };
    if document.kind == Kind::Quote {
        return rows::quote(document, None, references);
    }
    let quote = before.iter().rev().map(|arrival| &arrival.document).find(|earlier| {
        earlier.kind == Kind::Quote && Some(&earlier.number) == document.quote_number.as_ref()
    });
    let mut rows = rows::sale(document, quote.map(|quote| rows::id_of(&quote.number)), references);
    rows.extend(quote.into_iter().flat_map(|quote| rows::quote(quote, Some(document), references)));
    rows
}

/// Saves what belongs to a document, and removes the lines that it has no longer.
fn save(manager: &QuoteManager, rows: Vec<Row>) -> Result<()> {
    for (resource, within) in [("quoteline", "quoteSectionID"), ("salesorderline", "salesOrderID")] {
        let kept = |member: &str| -> BTreeSet<i64> {
            let lines = rows.iter().filter(|(of, _)| *of == resource);
            lines.filter_map(|(_, row)| row[member].as_i64()).collect()
        };
        let (parents, ids) = (kept(within), kept("id"));
        for row in manager.rows(resource) {
            let is_theirs = row[within].as_i64().is_some_and(|parent| parents.contains(&parent));
            if let Some(id) = row["id"].as_i64().filter(|id| is_theirs && !ids.contains(id)) {
                manager.remove(resource, id).map_err(Error::internal)?;
            }
        }
    }
    put(manager, rows)
}

fn put(manager: &QuoteManager, rows: impl IntoIterator<Item = Row>) -> Result<()> {
    let mut rows = rows.into_iter();
    rows.try_for_each(|(resource, row)| manager.put(resource, row).map(drop))
        .map_err(|error: io::Error| Error::internal(error))
}

fn has(manager: &QuoteManager, resource: &str, row: &Value) -> bool {
    manager.rows(resource).iter().any(|there| there["id"] == row["id"])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rust_decimal::Decimal;

    use super::*;
    use crate::{
        demo::settings::CODES,
        domain::document::{Customer, Discount, Line, LineKind, State, Unclear},
        quote_manager::{
            codes::Codes,
            convert::{self, QuoteRecord, Reading, SaleRecord},
            wire::{self, Record},
        },
    };

    fn of<T: Record>(rows: &[Row]) -> Vec<T> {
        rows.iter().filter(|(resource, _)| *resource == T::RESOURCE).map(|(_, row)| wire::read(row)).collect()
    }

    fn by_id<T: Record>(rows: &[Row]) -> BTreeMap<i64, T> {
        of::<T>(rows).into_iter().filter_map(|record| Some((record.id()?, record))).collect()
    }

    /// What Quote Manager's rows say, read as everybody's are.
    struct Reader {
        references: convert::References,
        codes: Codes,
    }

    impl Reader {
        fn new(arrivals: &[Arrival]) -> Self {
            let rows = references(arrivals).rows();
            let quotes = arrivals.iter().filter(|arrival| arrival.document.kind == Kind::Quote);
            let quote_numbers = quotes
                .map(|arrival| (rows::id_of(&arrival.document.number), arrival.document.number.clone()));
            let set = CODES.iter().map(|(key, word)| ((*key).to_owned(), (*word).to_owned())).collect();
            Self {
                references: convert::References {
                    customers: by_id(&rows),
                    contacts: by_id(&rows),
                    products: by_id(&rows),
                    categories: by_id(&rows),
                    brands: by_id(&rows),
                    employees: by_id(&rows),
                    quote_numbers: quote_numbers.collect(),
                },
                codes: Codes::from_settings(&set),
            }
        }

        fn read(&self, rows: &[Row]) -> Vec<Document> {
            let reading = Reading { references: &self.references, codes: &self.codes, currency: "USD" };
            let lines = of::<wire::Line>(rows);
            let within = |section: wire::Section| {
                let its = lines.iter().filter(|line| line.section_id == section.id).cloned().collect();
                (section, its)
            };
            let sections: Vec<_> = of::<wire::Section>(rows).into_iter().map(within).collect();
            let quotes = of::<wire::Quote>(rows).into_iter();
            let quotes = quotes
                .map(|quote| convert::quote(&QuoteRecord { quote, sections: sections.clone() }, &reading));
            let lines = of::<wire::OrderLine>(rows);
            let orders = of::<wire::Order>(rows).into_iter();
            let orders =
                orders.map(|order| convert::sale(&SaleRecord { order, lines: lines.clone() }, &reading));
            quotes.chain(orders).map(|read| read.unwrap()).collect()
        }
    }

    /// What of a line Quote Manager can tell: the id, what is sold, how many, for how much, and which is chosen.
    type Sold =
        (String, LineKind, String, Decimal, Decimal, Option<Discount>, bool, bool, bool, Option<String>);

    fn sold(line: &Line) -> Sold {
        let parts = line.components.iter().map(Line::total).sum::<Decimal>();
        let (kind, price) = match line.kind {
            LineKind::SetupFee => (LineKind::Service, line.unit_price),
            LineKind::Bundle => (LineKind::Product, parts),
            other => (other, line.unit_price),
        };
        let taxable = line.taxable || line.components.iter().any(|component| component.taxable);
        let selected = line.selected || line.kind == LineKind::Text;
        let (name, sku) = (line.name.clone(), line.sku.clone());
        (
            String::new(),
            kind,
            name,
            line.quantity,
            price,
            line.discount,
            taxable,
            line.optional,
            selected,
            sku,
        )
    }

    fn sold_lines(document: &Document) -> Vec<Sold> {
        let lines = document.content.lines.iter().filter(|line| line.name != "Options");
        lines.map(sold).collect()
    }

    #[test]
    fn every_document_arrives_as_it_was_written() {
        let arrivals = arrivals().unwrap();
        let (reader, references) = (Reader::new(&arrivals), references(&arrivals));
        for nth in 0..arrivals.len() {
            let written = &arrivals[nth].document;
            let read = reader.read(&rows_of(&arrivals[..=nth], &references));
            let same = read.iter().find(|document| document.number == written.number).unwrap();
            let at = &written.number;
            assert_eq!(
                (same.kind, same.state, &same.quote_number),
                (written.kind, written.state, &written.quote_number),
                "{at}"
            );
            let (same, written) = (&same.content, &written.content);
            assert_eq!(
                (&same.title, same.created_at, same.expires_on),
                (&written.title, written.created_at, written.expires_on),
                "{at}"
            );
            let without_phone = Customer { phone: None, ..same.customer.clone() };
            assert_eq!((&same.owner, &same.contact), (&written.owner, &written.contact), "{at}");
            assert_eq!((&without_phone, &same.delivery), (&written.customer, &written.delivery), "{at}");
            assert_eq!((same.surcharge, same.coupon), (written.surcharge, written.coupon), "{at}");
        }
    }

    #[test]
    fn every_line_arrives_as_it_was_written() {
        let arrivals = arrivals().unwrap();
        let (reader, references) = (Reader::new(&arrivals), references(&arrivals));
        for nth in 0..arrivals.len() {
            let written = &arrivals[nth].document;
            let read = reader.read(&rows_of(&arrivals[..=nth], &references));
            let same = read.iter().find(|document| document.number == written.number).unwrap();
            let mut expected = sold_lines(written);
            if written.kind == Kind::Sale {
                expected =
                    written.content.lines.iter().filter(|line| line.selected).map(sold).map(placed).collect();
            }
            assert_eq!(sold_lines(same), expected, "{}", written.number);
        }
    }

    /// A sales order has no options.
    fn placed(mut line: Sold) -> Sold {
        line.7 = false;
        line
    }

    #[test]
    fn one_quote_has_a_code_that_nobody_explained_and_no_other_is_unclear() {
        let arrivals = arrivals().unwrap();
        let (reader, references) = (Reader::new(&arrivals), references(&arrivals));
        let mut unclear = BTreeSet::new();
        for nth in 0..arrivals.len() {
            for document in reader.read(&rows_of(&arrivals[..=nth], &references)) {
                unclear.extend(
                    document
                        .content
                        .unclear
                        .into_iter()
                        .map(|it| (document.number.clone(), format!("{it:?}"))),
                );
            }
        }
        let code = Unclear::Code {
            source: crate::quote_manager::NAME.to_owned(),
            field: "quoteline.recurringType".to_owned(),
            code: 7,
        };
        assert_eq!(unclear, BTreeSet::from([("Q-10444".to_owned(), format!("{code:?}"))]));
    }

    #[test]
    fn a_quote_is_won_with_its_sales_order() {
        let arrivals = arrivals().unwrap();
        let (reader, references) = (Reader::new(&arrivals), references(&arrivals));
        let mut won = 0;
        for nth in 0..arrivals.len() {
            let read = reader.read(&rows_of(&arrivals[..=nth], &references));
            let quote =
                read.iter().find(|document| document.kind == Kind::Quote && document.state == State::Won);
            let sale = read.iter().find(|document| document.quote_number.is_some());
            assert_eq!(quote.map(|quote| &quote.number), sale.and_then(|sale| sale.quote_number.as_ref()));
            won += usize::from(quote.is_some());
        }
        assert!(won > 10, "{won} won");
    }

    #[test]
    fn about_sixty_documents_arrive_in_a_minute_and_a_half() {
        let arrivals = arrivals().unwrap();
        let documents: BTreeSet<_> =
            arrivals.iter().map(|arrival| (arrival.document.kind, &arrival.document.number)).collect();
        assert!((55..=70).contains(&documents.len()), "{} documents", documents.len());
        assert!(arrivals.is_sorted_by_key(|arrival| arrival.after_ms));
        assert!(arrivals.last().unwrap().after_ms <= 90_000);
    }
}
