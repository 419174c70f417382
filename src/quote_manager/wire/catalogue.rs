//! The records that quotes and sales orders refer to.

use jiff::Timestamp;

use super::{Address, Record, Row, modified};

/// A customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Customer {
    /// Its id.
    pub id: Option<i64>,
    /// The company's name.
    pub name: Option<String>,
    /// Where invoices go.
    pub billing_address: Address,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Customer {
    const RESOURCE: &'static str = "customer";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            name: row.text("name"),
            billing_address: Address {
                street: row.text("billingAddress"),
                city: row.text("billingCity"),
                state: row.text("billingState"),
                postal_code: row.text("billingPostalCode"),
                country: row.text("billingCountry"),
            },
            modified_at: modified(row),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A person of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: Option<i64>,
    /// The customer.
    pub customer_id: Option<i64>,
    /// E-mail address: how it is found for a quote or a sales order.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Mobile phone number.
    pub mobile: Option<String>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Contact {
    const RESOURCE: &'static str = "contact";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            customer_id: row.id("customerID"),
            email: row.text("email"),
            phone: row.text("phone"),
            mobile: row.text("mobile"),
            modified_at: modified(row),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A seller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employee {
    /// Its id.
    pub id: Option<i64>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// E-mail address: how the person is found in Autotask.
    pub email: Option<String>,
    /// Whether the person still works there.
    pub is_active: Option<bool>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Employee {
    const RESOURCE: &'static str = "employee";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            first_name: row.text("firstName"),
            last_name: row.text("lastName"),
            email: row.text("email"),
            is_active: row.flag("isActive"),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: Option<i64>,
    /// The seller's stock keeping unit.
    pub number: Option<String>,
    /// The maker's number.
    pub manufacturer_part_number: Option<String>,
    /// `product.type`.
    pub kind: Option<i64>,
    /// What it is called.
    pub title: Option<String>,
    /// The brand.
    pub brand_id: Option<i64>,
    /// The category.
    pub category_id: Option<i64>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Product {
    const RESOURCE: &'static str = "product";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            number: row.text("productNumber"),
            manufacturer_part_number: row.text("manufacturerPartNumber"),
            kind: row.code("type"),
            title: row.text("title"),
            brand_id: row.id("brandID"),
            category_id: row.id("categoryID"),
            modified_at: modified(row),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A category of products, somewhere in a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    /// Its id.
    pub id: Option<i64>,
    /// The category that it is in.
    pub parent_id: Option<i64>,
    /// What it is called.
    pub name: Option<String>,
    /// `category.type`.
    pub kind: Option<i64>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Category {
    const RESOURCE: &'static str = "category";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            parent_id: row.id("parentID"),
            name: row.text("name"),
            kind: row.code("type"),
            wrong: row.take_wrong(),
        }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}

/// A maker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// Its id.
    pub id: Option<i64>,
    /// What it is called.
    pub name: Option<String>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Brand {
    const RESOURCE: &'static str = "brand";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self { id: row.id("id"), name: row.text("name"), modified_at: modified(row), wrong: row.take_wrong() }
    }

    fn id(&self) -> Option<i64> {
        self.id
    }

    fn wrong(&self) -> &[String] {
        &self.wrong
    }
}
