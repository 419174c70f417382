//! Lines, and the components of bundles.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema, schema::Schema::Object},
};

use super::{Amount, PositiveAmount, Quantity};

/// What a line offers: goods (`product`), a service billed each period (`recurring_service`) or once (`service`), hours of
/// work (`labor`), the one-time fee of a contract (`setup_fee`), lines sold as one (`bundle`), or words between lines that
/// are not sent (`text`).
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum LineKind {
    /// Goods.
    Product,
    /// A service that is billed each period.
    RecurringService,
    /// A service that is billed once.
    Service,
    /// Hours of work.
    Labor,
    /// The one-time fee of a contract.
    SetupFee,
    /// A set of lines that is sold as one.
    Bundle,
    /// Words between lines; they are not sent.
    Text,
}

/// What a component of a bundle offers: what a line may, except another bundle.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum ComponentKind {
    /// Goods.
    Product,
    /// A service that is billed each period.
    RecurringService,
    /// A service that is billed once.
    Service,
    /// Hours of work.
    Labor,
    /// The one-time fee of a contract.
    SetupFee,
    /// Words between components; they are not sent.
    Text,
}

/// How often a recurring service is billed.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Period {
    /// Each month.
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each half year.
    SemiAnnual,
    /// Each year.
    Yearly,
}

/// In which way something is taken off: an amount off each `unit`, an amount off the `line`, or `percent` of the line.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum DiscountKind {
    /// An amount off each unit.
    Unit,
    /// An amount off the line.
    Line,
    /// Percent off the line.
    Percent,
}

/// What is taken off a line.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// In which way.
    kind: DiscountKind,
    /// An amount, or a percentage from 0 to 100.
    value: PositiveAmount,
}

/// One line. What must be there depends on `kind`: a recurring service has a `period`, a bundle has `components`, and
/// all but bundles and texts have `quantity` and `unit_price`. Autotask's setup fees take no discount: a
/// discounted one is sent as one unit at its price after discount.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The sender's id of the line, unique within the document. It stays the same when the line is edited.
    #[schema(min_length = 1, max_length = 100)]
    id: String,
    /// What it offers.
    kind: LineKind,
    /// What it is called.
    #[schema(min_length = 1, max_length = 1000)]
    name: String,
    /// More about it.
    #[schema(max_length = 8000)]
    description: Option<String>,
    /// The seller's stock keeping unit.
    #[schema(max_length = 100)]
    sku: Option<String>,
    /// The maker's number.
    #[schema(max_length = 100)]
    manufacturer_part_number: Option<String>,
    /// The path of its category.
    #[schema(max_length = 500, examples("Hardware/Firewalls"))]
    category: Option<String>,
    /// The brand's name.
    #[schema(max_length = 200)]
    brand: Option<String>,
    /// How often it is billed; for recurring services alone, and required there.
    period: Option<Period>,
    /// How many. Required except for bundles and texts, where absent is 1.
    quantity: Option<Quantity>,
    /// The price of one before discount and tax. Required except for bundles and texts.
    unit_price: Option<Amount>,
    /// What one costs the seller.
    unit_cost: Option<PositiveAmount>,
    /// What is taken off.
    discount: Option<Discount>,
    /// Whether tax applies.
    #[schema(default = false)]
    taxable: Option<bool>,
    /// Whether the customer may leave it out.
    #[schema(default = false)]
    optional: Option<bool>,
    /// Whether it counts: the customer's choice where a line is optional.
    #[schema(default = true)]
    selected: Option<bool>,
    /// The lines of a bundle; for bundles alone, and required there.
    #[schema(max_items = 100)]
    components: Option<Vec<Component>>,
}

/// A line of a bundle: all that a line is, without components of its own.
pub struct Component;

impl PartialSchema for Component {
    fn schema() -> RefOr<Schema> {
        let mut schema = Line::schema();
        if let RefOr::T(Object(component)) = &mut schema {
            let summary = "One line of a bundle: a line without components of its own, with an `id` unique within the bundle.";
            component.description = Some(summary.to_owned());
            component.properties.remove("components");
            component.properties.insert("kind".to_owned(), ComponentKind::schema());
        }
        schema
    }
}

impl ToSchema for Component {
    fn name() -> Cow<'static, str> {
        "Component".into()
    }
}
