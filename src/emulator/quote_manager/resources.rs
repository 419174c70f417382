//! What Quote Manager has: its resources, and what each of their lists can be asked for.

use super::{Row, table::key};

/// When a row changed last.
pub(super) const MODIFIED: &str = "modifiedDate";

/// What a filter's value has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    /// The id of a product, whose number the rows carry.
    Product,
}

/// The one parameter by which a list can be narrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub(super) parameter: &'static str,
    pub(super) kind: Kind,
}

impl Filter {
    /// The field of the rows that it looks at.
    pub(super) fn field(self) -> &'static str {
        if self.kind == Kind::Product { "productNumber" } else { self.parameter }
    }
}

/// Rows that a row belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parent {
    pub(super) field: &'static str,
    pub(super) resource: &'static str,
}

/// One resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resource {
    pub(super) name: &'static str,
    pub(super) filter: Option<Filter>,
    pub(super) is_paged: bool,
    pub(super) has_modified_after: bool,
    /// Whether rows have ids, by which one of them can be read.
    pub(super) has_ids: bool,
    /// The field of the date on which a row came into being; none where nobody stamps rows with dates.
    pub(super) created: Option<&'static str>,
    pub(super) parent: Option<Parent>,
}

const fn resource(name: &'static str) -> Resource {
    Resource {
        name,
        filter: None,
        is_paged: true,
        has_modified_after: true,
        has_ids: true,
        created: Some("createdDate"),
        parent: None,
    }
}

impl Resource {
    /// The resource with a filter of this name.
    const fn by(self, parameter: &'static str, kind: Kind) -> Self {
        Self { filter: Some(Filter { parameter, kind }), ..self }
    }

    /// The resource as parts of another's rows, whose id is in this field.
    const fn below(self, resource: &'static str, field: &'static str) -> Self {
        Self { parent: Some(Parent { field, resource }), ..self }
    }

    /// The resource with `createDate` in place of `createdDate`.
    const fn with_create_date(self) -> Self {
        Self { created: Some("createDate"), ..self }
    }

    /// The resource without the parameter `modifiedAfter`.
    const fn whole(self) -> Self {
        Self { has_modified_after: false, ..self }
    }

    /// The resource whose rows nobody stamps.
    const fn undated(self) -> Self {
        Self { created: None, ..self }
    }

    /// What the row is found under by the resource's filter.
    pub(super) fn key_of(&self, row: &Row) -> Option<String> {
        key(row.get(self.filter?.field())?)
    }
}

/// Every resource.
pub(super) const RESOURCES: [Resource; 20] = [
    resource("brand").with_create_date(),
    Resource { is_paged: false, ..resource("category").whole() },
    resource("contact").by("customerID", Kind::Number),
    resource("customer").with_create_date(),
    resource("customeraddress").by("customerID", Kind::Number).with_create_date(),
    resource("employee").whole(),
    resource("product").by("manufacturerPartNumber", Kind::Text),
    Resource { has_ids: false, ..resource("productimage").by("productID", Kind::Product).whole().undated() },
    resource("productsupplier").by("productID", Kind::Number),
    resource("purchaseorder").by("orderNumber", Kind::Text),
    resource("purchaseordercost").by("purchaseOrderID", Kind::Number),
    resource("purchaseorderline").by("purchaseOrderID", Kind::Number),
    resource("quote").by("quoteNumber", Kind::Text),
    resource("quoteline")
        .by("quoteSectionID", Kind::Number)
        .below("quotesection", "quoteSectionID")
        .whole()
        .undated(),
    resource("quotesection").by("quoteID", Kind::Number).below("quote", "quoteID").whole().undated(),
    resource("salesorder").by("orderNumber", Kind::Text),
    resource("salesorderline").by("salesOrderID", Kind::Number).below("salesorder", "salesOrderID"),
    resource("salesorderpayment").by("salesOrderID", Kind::Number),
    resource("supplier").with_create_date(),
    resource("warehouse").with_create_date(),
];

/// The resource of this name, which is written as Quote Manager writes it.
pub(super) fn find(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.name == name)
}
