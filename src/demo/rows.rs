//! The demo's documents as Quote Manager has them: rows of its API.
//!
//! Rows get the same ids every time, as these come from the documents' numbers and from the order of the documents.

mod lines;
mod references;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

pub use references::References;

use crate::domain::document::{Content, Document, Kind, State};

/// A row, and the resource that it is of.
pub type Row = (&'static str, Value);

/// What `quote.status` says of open, won and lost quotes.
const QUOTE_STATUS: [i64; 3] = [1, 3, 90];
/// What `salesorder.status` says of placed and cancelled sales.
const SALE_STATUS: [i64; 2] = [2, 90];
/// The tax on what is taxed.
const TAX_RATE: Decimal = Decimal::from_parts(8, 0, 0, false, 2);

/// The rows of a quote, what is in it before the quote itself. A quote that was won has a sales order, which is `order`
/// where that is another document.
pub fn quote(quote: &Document, order: Option<&Document>, references: &References) -> Vec<Row> {
    let id = id_of(&quote.number);
    let (mut rows, order_id) = match (order, quote.state) {
        (Some(order), _) => (Vec::new(), Some(id_of(&order.number))),
        (None, State::Won) => {
            let order = order_of(quote);
            (sale(&order, Some(id), references), Some(id_of(&order.number)))
        }
        (None, _) => (Vec::new(), None),
    };
    rows.extend(lines::of_quote(quote, id, references));
    let content = &quote.content;
    let mut row = both(content, references);
    row.extend(fields(json!({
        "id": id, "quoteNumber": quote.number, "title": content.title, "status": quote_status(quote.state, order_id),
        "contactName": content.contact.as_ref().and_then(|contact| contact.name.clone()),
        "autotaskOrganizationID": content.customer.autotask_company_id,
        "expiryDate": content.expires_on.map(midnight),
    })));
    put_id(&mut row, "salesOrderId", order_id, id);
    rows.push(("quote", row.into()));
    rows
}

/// The rows of a sales order, its lines before itself. `quote` is the id of the quote that it came from.
pub fn sale(sale: &Document, quote: Option<i64>, references: &References) -> Vec<Row> {
    let (id, content) = (id_of(&sale.number), &sale.content);
    let mut rows = lines::of_sale(sale, id, references);
    let (first, last) = content.contact.as_ref().map(names).unwrap_or_default();
    let surcharge = content.surcharge.unwrap_or_default();
    let mut row = both(content, references);
    row.extend(fields(json!({
        "id": id, "orderNumber": sale.number, "reference": content.title, "entryType": 1,
        "status": SALE_STATUS[usize::from(sale.state == State::Lost)],
        "contactFirstName": first, "contactLastName": last, "orderDate": content.created_at,
        "paymentSurchargeAmount": number(surcharge.amount),
        "paymentSurchargeTaxRate": number(rate(surcharge.taxable)),
        "couponDiscount": number(content.coupon.unwrap_or_default()),
    })));
    put_id(&mut row, "quoteID", quote, id);
    rows.push(("salesorder", row.into()));
    rows
}

/// The resource of documents of that kind.
pub fn resource(kind: Kind) -> &'static str {
    match kind {
        Kind::Quote => "quote",
        Kind::Sale => "salesorder",
    }
}

/// The id of a document's row: the digits of its number.
pub fn id_of(number: &str) -> i64 {
    number.chars().filter_map(|digit| digit.to_digit(10)).fold(0, |id, digit| id * 10 + i64::from(digit))
}

/// The sales order that Quote Manager makes of a quote that is accepted.
fn order_of(quote: &Document) -> Document {
    let number = format!("S-{}", id_of(&quote.number) + 20_000);
    let content = Content { title: format!("Order of {}", quote.number), ..quote.content.clone() };
    Document { number, content, ..quote.clone() }
}

/// The members that quotes and sales orders have in common.
fn both(content: &Content, references: &References) -> Map<String, Value> {
    let delivery = content.delivery.clone().unwrap_or_default();
    let (address, charge) = (delivery.address.unwrap_or_default(), delivery.charge.unwrap_or_default());
    let street: Vec<String> = [address.line1, address.line2].into_iter().flatten().collect();
    fields(json!({
        "ownerEmployeeID": references.employee(content.owner.as_ref()),
        "customerID": id_of(&content.customer.id),
        "contactEmail": content.contact.as_ref().and_then(|contact| contact.email.clone()),
        "deliveryAddress": street.join("\n"), "deliveryCity": address.city, "deliveryState": address.state,
        "deliveryPostalCode": address.postal_code, "deliveryCountry": address.country,
        "deliveryAmount": number(charge.amount), "deliveryTaxRate": number(rate(charge.taxable)),
        "createdDate": content.created_at,
    }))
}

fn quote_status(state: State, order: Option<i64>) -> i64 {
    let [open, won, lost] = QUOTE_STATUS;
    match state {
        _ if order.is_some() => won,
        State::Won => won,
        State::Open => open,
        State::Lost => lost,
    }
}

/// Nobody knows how Quote Manager writes that there is no such row, so it is done in each way that it could be.
fn put_id(row: &mut Map<String, Value>, member: &str, id: Option<i64>, of: i64) {
    match (id, of % 3) {
        (Some(id), _) => row.insert(member.to_owned(), id.into()),
        (None, 0) => row.insert(member.to_owned(), 0.into()),
        (None, 1) => row.insert(member.to_owned(), Value::Null),
        (None, _) => None,
    };
}

/// First and last name of a person.
fn names(person: &crate::domain::document::Person) -> (Option<&str>, Option<&str>) {
    let name = person.name.as_deref();
    name.and_then(|name| name.split_once(' ')).map_or((None, name), |(first, last)| (Some(first), Some(last)))
}

fn rate(taxable: bool) -> Decimal {
    if taxable { TAX_RATE } else { Decimal::ZERO }
}

/// An amount as Quote Manager writes it: a JSON number.
fn number(amount: Decimal) -> Value {
    serde_json::from_str(&amount.normalize().to_string()).unwrap_or_default()
}

fn midnight(day: Date) -> String {
    format!("{day}T00:00:00Z")
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
