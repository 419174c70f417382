//! What the Opportunities page saves at once.

use serde::{Deserialize, Serialize};

use super::{BillingCodes, CategoryMap, Created, Lost, Sections, Services, Won};

/// The page's own sections and the codes that it shares with the Tickets page. As a document it has the codes among its
/// sections, as it had when they were its own: senders and files rely on that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Document", into = "Document")]
pub struct Opportunities {
    /// The sections.
    pub sections: Sections,
    /// When an item is quoted or sold.
    pub codes: BillingCodes,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    include_unquoted_sales: bool,
    created: Created,
    won: Won,
    lost: Lost,
    codes: BillingCodes,
    category_map: CategoryMap,
    services: Services,
}

impl From<Document> for Opportunities {
    fn from(document: Document) -> Self {
        let Document { include_unquoted_sales, created, won, lost, codes, category_map, services } = document;
        Self {
            sections: Sections { include_unquoted_sales, created, won, lost, category_map, services },
            codes,
        }
    }
}

impl From<Opportunities> for Document {
    fn from(Opportunities { sections, codes }: Opportunities) -> Self {
        let Sections { include_unquoted_sales, created, won, lost, category_map, services } = sections;
        Self { include_unquoted_sales, created, won, lost, codes, category_map, services }
    }
}
