//! What quotes and sales orders refer to: sellers, customers, products with their brands and categories.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Row, id_of, names};
use crate::domain::document::{Document, Line, LineKind, Person};

/// Everything that the documents name, each thing once, in the order in which they name it.
#[derive(Debug, Default)]
pub struct References {
    employees: Vec<Person>,
    customers: BTreeMap<i64, String>,
    contacts: Vec<(i64, Person)>,
    categories: Vec<String>,
    brands: Vec<String>,
    products: Vec<Line>,
}

impl References {
    /// What these documents name.
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Document>) -> Self {
        let mut references = Self::default();
        for content in documents.into_iter().map(|document| &document.content) {
            let customer = id_of(&content.customer.id);
            references.customers.insert(customer, content.customer.name.clone());
            once(&mut references.employees, content.owner.clone());
            once(&mut references.contacts, content.contact.clone().map(|contact| (customer, contact)));
            content
                .lines
                .iter()
                .filter(|line| line.kind != LineKind::Text)
                .for_each(|line| references.add(line));
        }
        references
    }

    fn add(&mut self, line: &Line) {
        if self.product(line).is_some() {
            return;
        }
        let category = category(line).unwrap_or_default();
        for (end, _) in category.match_indices('/').chain([(category.len(), "")]) {
            once(&mut self.categories, Some(category[..end].to_owned()).filter(|path| !path.is_empty()));
        }
        once(&mut self.brands, line.brand.clone());
        self.products.push(line.clone());
    }

    /// The paths of the categories, and the names of the brands.
    pub fn catalogue(self) -> (BTreeSet<String>, BTreeSet<String>) {
        (self.categories.into_iter().collect(), self.brands.into_iter().collect())
    }

    /// The rows of all of them.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.people();
        for (id, path) in numbered(&self.categories) {
            let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
            let parent = id_in(&self.categories, |other| other == parent);
            rows.push((
                "category",
                json!({ "id": id, "parentID": parent, "name": name, "type": 1, "displayOrder": id }),
            ));
        }
        for (id, name) in numbered(&self.brands) {
            rows.push(("brand", json!({ "id": id, "name": name })));
        }
        for (id, line) in numbered(&self.products) {
            let (category, brand) = (category(line), line.brand.as_ref());
            rows.push((
                "product",
                json!({
                    "id": id, "productNumber": line.sku, "manufacturerPartNumber": line.manufacturer_part_number,
                    "type": product_type(line.kind), "title": line.name, "isActive": true,
                    "isRecurring": line.period.is_some(),
                    "categoryID": id_in(&self.categories, |path| Some(path) == category.as_ref()),
                    "brandID": id_in(&self.brands, |name| Some(name) == brand),
                }),
            ));
        }
        rows
    }

    fn people(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (id, person) in numbered(&self.employees) {
            let (first, last) = names(person);
            rows.push((
                "employee",
                json!({ "id": id, "firstName": first, "lastName": last, "email": person.email, "isActive": true }),
            ));
        }
        for (id, name) in &self.customers {
            rows.push(("customer", json!({ "id": id, "accountNumber": format!("C-{id}"), "name": name })));
        }
        for (id, (customer, person)) in numbered(&self.contacts) {
            let (first, last) = names(person);
            rows.push((
                "contact",
                json!({
                    "id": id, "customerID": customer, "firstName": first, "lastName": last, "email": person.email,
                    "phone": format!("518-555-{:04}", 100 + id),
                }),
            ));
        }
        rows
    }

    /// The id of a seller; 0 is none.
    pub(super) fn employee(&self, person: Option<&Person>) -> i64 {
        id_in(&self.employees, |other| Some(other) == person).unwrap_or_default()
    }

    /// The id of what a line sells.
    pub(super) fn product(&self, line: &Line) -> Option<i64> {
        id_in(&self.products, |other| (&other.sku, &other.name) == (&line.sku, &line.name))
    }
}

/// A bundle is filed under what comes first in it.
fn category(line: &Line) -> Option<String> {
    let first = || line.components.first().and_then(|component| component.category.clone());
    line.category.clone().or_else(first)
}

/// The meanings that the demo's settings give these numbers: [`super::super::settings::CODES`].
fn product_type(kind: LineKind) -> i64 {
    match kind {
        LineKind::Product | LineKind::Text => 1,
        LineKind::Service | LineKind::SetupFee | LineKind::RecurringService => 2,
        LineKind::Labor => 3,
        LineKind::Bundle => 4,
    }
}

fn once<T: PartialEq>(all: &mut Vec<T>, one: Option<T>) {
    all.extend(one.filter(|one| !all.contains(one)));
}

fn numbered<T>(all: &[T]) -> impl Iterator<Item = (i64, &T)> {
    (1..).zip(all)
}

fn id_in<T>(all: &[T], is_it: impl Fn(&T) -> bool) -> Option<i64> {
    numbered(all).find(|(_, one)| is_it(one)).map(|(id, _)| id)
}
