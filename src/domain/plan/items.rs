//! Quote items: one for each line that is sold, and for delivery, surcharge and coupon.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{
    Action, Create, Fields, Filter, Key, Of, Op, Planner, Source, Target, Value,
    catalogue::{catalogue_key, period_type},
    notes::lost_characters,
};
use crate::domain::{
    document::{Charge, Discount, Line, LineKind, State},
    lists::List,
};

/// What an item may stop to have.
const FOLLOWING: [&str; 2] = ["description", "unitCost"];

/// The `periodType` of what is billed once, where the tenant's lists do not say it.
const ONE_TIME: i64 = 1;

/// Values of `QuoteItems.quoteItemType`; Autotask has fixed them.
mod item_type {
    pub const PRODUCT: i64 = 1;
    pub const COST: i64 = 2;
    pub const LABOR: i64 = 3;
    pub const SHIPPING: i64 = 6;
    pub const DISCOUNT: i64 = 10;
    pub const SERVICE: i64 = 11;
    pub const SETUP_FEE: i64 = 13;
}

/// What Autotask calls a `quoteItemType`.
pub(super) fn type_name(value: i64) -> Option<&'static str> {
    Some(match value {
        item_type::PRODUCT => "Product",
        item_type::COST => "Cost",
        item_type::LABOR => "Labor",
        item_type::SHIPPING => "Shipping",
        item_type::DISCOUNT => "Discount",
        item_type::SERVICE => "Service",
        item_type::SETUP_FEE => "Contract Setup",
        _ => return None,
    })
}

/// An item, or a charge, that Autotask should have.
pub(super) struct Item {
    /// Its key: a line's id, or the name of the charge.
    pub(super) key: Key,
    /// The line that it stands for; `None` for charges.
    pub(super) line: Option<Line>,
    /// The path of the billing code setting that it uses, if any.
    pub(super) code: Option<&'static str>,
    /// What is set at creation alone: billing codes are a person's to change afterwards.
    pub(super) fixed: Fields,
    /// What follows the document.
    pub(super) open: Fields,
}

impl Planner<'_> {
    /// Every item that the document asks for, in display order.
    pub(super) fn wanted_items(&self) -> Vec<Item> {
        let content = &self.input.document.content;
        let mut items: Vec<Item> =
            content.sold_lines().into_iter().map(|line| self.line_item(line)).collect();
        if let Some(charge) = content.delivery.as_ref().and_then(|delivery| delivery.charge) {
            items.push(self.delivery_item(charge));
        }
        if let Some(charge) = content.surcharge {
            items.push(self.surcharge_item(charge));
        }
        if let Some(amount) = content.coupon.filter(|amount| !amount.is_zero()) {
            items.push(Self::coupon_item(amount));
        }
        items
    }

    /// Whether an item is created or brought up to date. After the end nothing is, but what a late sale adds.
    pub(super) fn is_written(&self, item: &Item) -> bool {
        let was_open = self.state_written().is_none_or(|state| state == State::Open);
        let is_late_charge = item.line.is_none() && self.input.document.state == State::Won;
        let is_linked = self.input.links.get(&item.key).is_some();
        self.follows_edits() || !is_linked && !self.is_cut_short && (was_open || is_late_charge)
    }

    /// What of a linked item differs from what was last written.
    pub(super) fn item_changes(&self, item: &Item) -> Fields {
        self.changed(&item.key, item.open.clone(), &FOLLOWING)
    }

    /// Creates, updates and deletes until Autotask has the items that the document asks for.
    pub(super) fn items(&mut self, wanted: Vec<Item>) {
        let quote = Key::only(Target::Quote);
        let mut kept = BTreeSet::new();
        for item in wanted {
            kept.insert(item.key.clone());
            if !self.is_written(&item) {
                continue;
            }
            if self.input.links.get(&item.key).is_some() {
                self.update(&item.key, item.open, &FOLLOWING);
            } else {
                if let Some(path) = item.code {
                    self.require_active(path);
                }
                self.create_item(item, &quote);
            }
        }
        if self.follows_edits() {
            let gone: Vec<Key> = self
                .input
                .links
                .of(Target::QuoteItem)
                .map(|(key, _)| key.clone())
                .filter(|key| !kept.contains(key))
                .collect();
            for key in gone {
                self.push(key, Action::Delete { parent: quote.clone() });
            }
        }
    }

    fn create_item(&mut self, item: Item, quote: &Key) {
        let fields = item.fixed.and(item.open);
        let mut marker = Filter::new().and(Op::Eq, "quoteID", Value::Id(quote.clone()));
        for field in ["quoteItemType", "quantity", "unitPrice", "serviceID", "productID"] {
            if let Some(value) = fields.get(field) {
                marker = marker.and(Op::Eq, field, value.clone());
            }
        }
        // A service item takes its name from the service, and a name that Autotask's characters cannot write comes back
        // as another: neither is a mark.
        let is_kept =
            |name: &&Value| matches!(name, Value::Text(text) if lost_characters(text).next().is_none());
        if let Some(name) = fields.get("name").filter(|_| fields.get("serviceID").is_none()).filter(is_kept) {
            marker = marker.and(Op::Eq, "name", name.clone());
        }
        let fields = fields.with("quoteID", Value::Id(quote.clone()), Source::Step(Target::Quote));
        let create = Create { parent: Some(quote.clone()), fields, marker: Some(marker) };
        self.push(item.key, Action::Create(create));
    }

    fn line_item(&self, line: Line) -> Item {
        let linked = catalogue_key(&line);
        let id = |key: &Option<Key>| key.clone().map(Value::Id);
        let matched = |what| Source::Matched { of: Of::Line, what };
        let (none, once) = (Fields::new(), self.billed_once());
        let mut code = None;
        let (kind, fixed, of_catalogue) = match line.kind {
            LineKind::RecurringService => {
                let service = Fields::new().with_some("serviceID", id(&linked), matched("service"));
                (item_type::SERVICE, none, service)
            }
            LineKind::SetupFee => (item_type::SETUP_FEE, none, Fields::new()),
            LineKind::Product => {
                let product = none.with_some("productID", id(&linked), matched("product"));
                (item_type::PRODUCT, once, product)
            }
            LineKind::Labor if self.is_labor(&line, linked.as_ref()) => {
                (item_type::LABOR, once.with_some("laborID", id(&linked), matched("labor role")), none)
            }
            LineKind::Labor | LineKind::Service | LineKind::Bundle | LineKind::Text => {
                let path = "codes.non_recurring_service";
                code = Some(path);
                let charge = self.codes.non_recurring_service;
                (item_type::COST, once.with("chargeID", charge, Source::Setting(path)), none)
            }
        };
        let open = self.line_fields(&line).and(of_catalogue);
        let fixed = fixed.with("quoteItemType", kind, Source::line("kind"));
        Item { key: item_key(&line, kind), line: Some(line), code, fixed, open }
    }

    fn line_fields(&self, line: &Line) -> Fields {
        let cost = line.unit_cost.filter(|_| line.kind != LineKind::SetupFee);
        let (description, most) =
            (line.description.as_deref(), |field| self.longest(Target::QuoteItem, field));
        let fields = Fields::new()
            .with_text("description", description, most("description"), Source::line("description"))
            .with("quantity", line.quantity, Source::line("quantity"))
            .with("unitPrice", line.unit_price, Source::line("unit price"))
            .with_some("unitCost", cost, Source::line("unit cost"))
            .with("isOptional", !line.selected, Source::line("selection"))
            .with("isTaxable", line.taxable, Source::line("tax"))
            .and(discounts(line.discount, Source::line("discount")));
        // A service item takes its name from the service.
        let name = Some(line.name.as_str()).filter(|_| line.kind != LineKind::RecurringService);
        fields.with_text("name", name, most("name"), Source::line("name"))
    }

    /// Whether a labor line is an item of type Labor: where it is linked to a role when it is first sent. An item that is
    /// there keeps its type, whatever becomes of the link: another type would be another item, without what people
    /// changed in this one.
    fn is_labor(&self, line: &Line, role: Option<&Key>) -> bool {
        let is_linked = |key: &Key| self.input.links.get(key).is_some();
        let was_sent_as = |kind| is_linked(&item_key(line, kind));
        was_sent_as(item_type::LABOR) || role.is_some_and(is_linked) && !was_sent_as(item_type::COST)
    }

    /// The period of everything that does not come from a contract.
    fn billed_once(&self) -> Fields {
        let once = period_type(self.input.lists, List::ItemPeriods, None).unwrap_or(ONE_TIME);
        Fields::new().with("periodType", once, Source::Fixed)
    }

    /// Type Shipping with the chosen shipping type, or a cost where none was chosen.
    fn delivery_item(&self, charge: Charge) -> Item {
        let source = Source::document("delivery charge");
        let Some(shipping) = self.sections.created.shipping else {
            let code = ("codes.product", self.codes.product);
            return self.cost_item("delivery", code, charge_fields("Delivery", charge, source));
        };
        let path = "created.shipping";
        let fixed = self.billed_once().with("quoteItemType", item_type::SHIPPING, Source::Fixed).with(
            "shippingID",
            shipping,
            Source::Setting(path),
        );
        let open = charge_fields("Delivery", charge, source);
        Item { key: Key::new(Target::QuoteItem, "delivery"), line: None, code: Some(path), fixed, open }
    }

    fn surcharge_item(&self, charge: Charge) -> Item {
        let code = ("codes.payment_surcharge", self.codes.payment_surcharge);
        let open = charge_fields("Payment surcharge", charge, Source::document("card surcharge"));
        self.cost_item("surcharge", code, open)
    }

    fn cost_item(&self, key: &str, (path, code): (&'static str, i64), open: Fields) -> Item {
        let fixed = self.billed_once().with("quoteItemType", item_type::COST, Source::Fixed).with(
            "chargeID",
            code,
            Source::Setting(path),
        );
        Item { key: Key::new(Target::QuoteItem, key), line: None, code: Some(path), fixed, open }
    }

    /// A coupon is a discount item: its unit discount is what is taken off.
    fn coupon_item(amount: Decimal) -> Item {
        let open = Fields::new()
            .with("name", "Coupon", Source::Fixed)
            .with("quantity", Decimal::ONE, Source::Fixed)
            .with("isOptional", false, Source::Fixed)
            .and(discounts(Some(Discount::Unit(amount)), Source::document("coupon")));
        let fixed = Fields::new().with("quoteItemType", item_type::DISCOUNT, Source::Fixed);
        Item { key: Key::new(Target::QuoteItem, "coupon"), line: None, code: None, fixed, open }
    }
}

/// A line's id, and what it became: an item cannot change its type, so another type is another item.
fn item_key(line: &Line, kind: i64) -> Key {
    Key::new(Target::QuoteItem, format!("line {} type {kind}", line.id))
}

fn charge_fields(name: &str, charge: Charge, source: Source) -> Fields {
    Fields::new()
        .with("name", name, Source::Fixed)
        .with("quantity", Decimal::ONE, Source::Fixed)
        .with("unitPrice", charge.amount, source)
        .with("isOptional", false, Source::Fixed)
        .with("isTaxable", charge.taxable, source)
        .and(discounts(None, source))
}

/// All three discounts are always sent, at most one above 0: Autotask asks for that.
fn discounts(discount: Option<Discount>, source: Source) -> Fields {
    let mut values = BTreeMap::from([
        ("unitDiscount", Decimal::ZERO),
        ("lineDiscount", Decimal::ZERO),
        ("percentageDiscount", Decimal::ZERO),
    ]);
    match discount {
        None => {}
        Some(Discount::Unit(amount)) => drop(values.insert("unitDiscount", amount)),
        Some(Discount::Line(amount)) => drop(values.insert("lineDiscount", amount)),
        Some(Discount::Percent(percent)) => drop(values.insert("percentageDiscount", percent)),
    }
    let source_of =
        |value: Decimal| if value.is_zero() { Source::Default("0, as there is none") } else { source };
    values.into_iter().fold(Fields::new(), |fields, (name, value)| fields.with(name, value, source_of(value)))
}
