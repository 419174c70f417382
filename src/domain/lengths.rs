//! How long the texts that we write may be.

use std::collections::BTreeMap;

/// The text fields that are written: entity, field, and the length in UTF-16 units that it has in Autotask's
/// documentation.
const USUAL: [(&str, &str, usize); 21] = [
    ("Opportunities", "title", 128),
    ("Quotes", "name", 100),
    ("QuoteLocations", "address1", 50),
    ("QuoteLocations", "address2", 50),
    ("QuoteLocations", "city", 50),
    ("QuoteLocations", "state", 50),
    ("QuoteLocations", "postalCode", 20),
    ("QuoteItems", "name", 100),
    ("QuoteItems", "description", 2000),
    ("Products", "name", 100),
    ("Products", "description", 2000),
    ("Products", "sku", 50),
    ("Products", "manufacturerName", 100),
    ("Products", "manufacturerProductName", 50),
    ("Services", "name", 150),
    ("Services", "description", 400),
    ("Services", "sku", 50),
    ("Tickets", "title", 255),
    ("Tickets", "description", 8000),
    ("TicketCharges", "name", 100),
    ("TicketCharges", "description", 8000),
];

/// The longest texts that a tenant's Autotask takes: what its metadata said when the lists were last fetched, and the
/// documented length before that. Autotask made some fields longer over the years, not for everybody at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lengths(BTreeMap<(&'static str, &'static str), usize>);

impl Default for Lengths {
    fn default() -> Self {
        Self(USUAL.into_iter().map(|(entity, field, length)| ((entity, field), length)).collect())
    }
}

impl Lengths {
    /// Whether texts are written to a field at all, so that its length matters.
    pub fn is_used(entity: &str, field: &str) -> bool {
        USUAL.iter().any(|(of, name, _)| (*of, *name) == (entity, field))
    }

    /// Sets the length that a field has, in UTF-16 units. Fields that are not written, and a length of 0, with which
    /// metadata says that there is no limit worth telling, change nothing.
    pub fn set(&mut self, entity: &str, field: &str, length: usize) {
        let known = self.0.iter_mut().find(|(key, _)| **key == (entity, field));
        if let Some((_, known)) = known.filter(|_| length > 0) {
            *known = length;
        }
    }

    /// The most UTF-16 units that a field takes; no limit for one that is not in the table.
    pub fn of(&self, entity: &'static str, field: &'static str) -> usize {
        self.0.get(&(entity, field)).copied().unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_goes_before_the_documentation() {
        let mut lengths = Lengths::default();
        assert_eq!(lengths.of("Products", "name"), 100);
        lengths.set("Products", "name", 1000);
        lengths.set("Products", "sku", 0);
        lengths.set("Products", "link", 500);
        assert_eq!((lengths.of("Products", "name"), lengths.of("Products", "sku")), (1000, 50));
        assert_eq!(lengths.of("Products", "link"), usize::MAX);
    }
}
