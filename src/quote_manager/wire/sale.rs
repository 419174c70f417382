//! Sales orders and their lines.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Address, Record, Row, Taxed, delivery_address, delivery_charge, line_price, modified};

/// A sales order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// Its id.
    pub id: Option<i64>,
    /// Its number.
    pub number: Option<String>,
    /// What the customer calls it.
    pub reference: Option<String>,
    /// The seller.
    pub owner_employee_id: Option<i64>,
    /// The buyer.
    pub customer_id: Option<i64>,
    /// The first name of the buyer's person.
    pub contact_first_name: Option<String>,
    /// The last name.
    pub contact_last_name: Option<String>,
    /// The e-mail address.
    pub contact_email: Option<String>,
    /// The quote that it came from; none for an unquoted sale.
    pub quote_id: Option<i64>,
    /// `salesorder.status`.
    pub status: Option<i64>,
    /// Where the goods go.
    pub delivery_address: Address,
    /// What that costs.
    pub delivery: Taxed,
    /// What paying by card costs.
    pub surcharge: Taxed,
    /// What a coupon takes off.
    pub coupon_discount: Option<Decimal>,
    /// When it was placed.
    pub ordered_at: Option<Timestamp>,
    /// When the record was made.
    pub created_at: Option<Timestamp>,
    /// When it was last changed.
    pub modified_at: Option<Timestamp>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for Order {
    const RESOURCE: &'static str = "salesorder";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            number: row.text("orderNumber"),
            reference: row.text("reference"),
            owner_employee_id: row.id("ownerEmployeeID"),
            customer_id: row.id("customerID"),
            contact_first_name: row.text("contactFirstName"),
            contact_last_name: row.text("contactLastName"),
            contact_email: row.text("contactEmail"),
            quote_id: row.id("quoteID"),
            status: row.code("status"),
            delivery_address: delivery_address(row),
            delivery: delivery_charge(row),
            surcharge: Taxed {
                amount: row.number("paymentSurchargeAmount"),
                tax: row.number("paymentSurchargeTax"),
                rate: row.number("paymentSurchargeTaxRate"),
            },
            coupon_discount: row.number("couponDiscount"),
            ordered_at: row.time("orderDate"),
            created_at: row.time("createdDate"),
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

/// A line of a sales order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderLine {
    /// Its id.
    pub id: Option<i64>,
    /// The sales order.
    pub order_id: Option<i64>,
    /// The product.
    pub product_id: Option<i64>,
    /// Its place in the order.
    pub line_number: Option<i64>,
    /// What one costs the seller.
    pub cost: Option<Decimal>,
    /// The price of one.
    pub price: Taxed,
    /// How many.
    pub quantity: Option<Decimal>,
    /// What it is called.
    pub title: Option<String>,
    /// More about it.
    pub description: Option<String>,
    /// Whether it is billed each period.
    pub is_recurring: Option<bool>,
    /// Its code means what `quoteline.recurringType` means.
    pub recurring_type: Option<i64>,
    /// Its code means what `quoteline.discountMethod` means.
    pub discount_method: Option<i64>,
    /// What is taken off.
    pub discount_value: Option<Decimal>,
    /// What could not be read.
    pub wrong: Vec<String>,
}

impl Record for OrderLine {
    const RESOURCE: &'static str = "salesorderline";

    fn from_row(row: &mut Row<'_>) -> Self {
        Self {
            id: row.id("id"),
            order_id: row.id("salesOrderID"),
            product_id: row.id("productID"),
            line_number: row.code("lineNumber"),
            cost: row.number("cost"),
            price: line_price(row),
            quantity: row.number("quantity"),
            title: row.text("title"),
            description: row.text("description"),
            is_recurring: row.flag("isRecurring"),
            recurring_type: row.code("recurringType"),
            discount_method: row.code("discountMethod"),
            discount_value: row.number("discountValue"),
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
