//! Ticket charges: one for each line that is sold and billed once, and for delivery, surcharge and coupon.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    Action, Create, Fields, Filter, Key, Left, Link, Links, Of, Op, Planner, Source, Target, Value,
    catalogue::catalogue_key,
    items::Item,
    notes::lost_characters,
    opportunity::{start_date, wire_date},
};
use crate::domain::{
    document::{Document, Line, LineKind, State},
    money::{to_cents, to_wire},
};

/// `TicketCharges.chargeType` of what is bought to be used up, which has this value in every Autotask.
pub(super) const OPERATIONAL: i64 = 1;

/// What a charge may stop to have.
const FOLLOWING: [&str; 2] = ["description", "unitCost"];

const NON_RECURRING: &str = "codes.non_recurring_service";
const PRODUCT: &str = "codes.product";
const SURCHARGE: &str = "codes.payment_surcharge";

/// The lines of a sale that a ticket cannot carry: recurring services, in display order.
pub(super) fn not_sent(document: &Document) -> Vec<Line> {
    let sold = document.content.sold_lines().into_iter();
    sold.filter(|line| line.selected && line.kind == LineKind::RecurringService).collect()
}

/// What a line is billed as.
struct Amount {
    name: String,
    quantity: (Decimal, Source),
    price: (Decimal, Source),
    cost: Option<Decimal>,
}

impl Amount {
    /// A charge takes no discount, so that its price is what is left of it. Where that is not exact in the four digits
    /// that Autotask takes, the line is one unit, and its name says how many that stands for.
    fn of(line: &Line) -> Self {
        // A setup fee costs nothing, as with quotes.
        let cost = line.unit_cost.filter(|_| line.kind != LineKind::SetupFee);
        match net_price(line) {
            Some((price, source)) => Self {
                name: line.name.clone(),
                quantity: (line.quantity, Source::line("quantity")),
                price: (price, source),
                cost,
            },
            None => Self {
                name: format!("{} × {}", line.quantity.normalize(), line.name),
                quantity: (Decimal::ONE, Source::Default("1, as the discount leaves no exact price of one")),
                price: (to_cents(line.total()), Source::line("total after discount")),
                cost: cost.map(|_| to_wire(line.cost())),
            },
        }
    }
}

/// The price of one after discount, where that is exact.
fn net_price(line: &Line) -> Option<(Decimal, Source)> {
    if line.discount.is_none() {
        return Some((line.unit_price, Source::line("unit price")));
    }
    let price = line.total().checked_div(line.quantity)?;
    let is_exact = to_wire(price) == price && price.checked_mul(line.quantity) == Some(line.total());
    is_exact.then_some((price, Source::line("unit price after discount")))
}

impl<'a> Planner<'a> {
    /// Every charge that the sale asks for, in display order; none where it is cancelled.
    pub(super) fn wanted_charges(&self) -> Vec<Item> {
        let content = &self.input.document.content;
        if self.input.document.state == State::Lost {
            return Vec::new();
        }
        let lines = content.sold_lines().into_iter();
        let mut charges: Vec<Item> = lines
            .filter(|line| line.selected && line.kind != LineKind::RecurringService)
            .map(|line| self.line_charge(line))
            .collect();
        let codes = self.codes;
        if let Some(charge) = content.delivery.as_ref().and_then(|delivery| delivery.charge) {
            let source = Source::document("delivery charge");
            charges.push(self.other_charge(
                "delivery",
                "Delivery",
                (PRODUCT, codes.product),
                charge.amount,
                source,
            ));
        }
        if let Some(charge) = content.surcharge {
            let (code, source) = ((SURCHARGE, codes.payment_surcharge), Source::document("card surcharge"));
            charges.push(self.other_charge("surcharge", "Payment surcharge", code, charge.amount, source));
        }
        if let Some(amount) = content.coupon.filter(|amount| !amount.is_zero()) {
            let (code, source) = ((PRODUCT, codes.product), Source::document("coupon"));
            charges.push(self.other_charge("coupon", "Coupon", code, -amount, source));
        }
        charges
    }

    fn line_charge(&self, line: Line) -> Item {
        let product = catalogue_key(&line).filter(|key| key.target == Target::Product);
        let open = self.line_charge_fields(&line);
        let (kind, code, fixed, open) = if let Some(key) = product {
            let source = Source::Matched { of: Of::Line, what: "product" };
            ("product", None, Fields::new(), open.with("productID", Value::Id(key), source))
        } else {
            let code = self.codes.non_recurring_service;
            let fixed = Fields::new().with("billingCodeID", code, Source::Setting(NON_RECURRING));
            ("material", Some(NON_RECURRING), fixed, open)
        };
        let key = Key::new(Target::TicketCharge, format!("line {} type {kind}", line.id));
        Item { key, line: Some(line), code, fixed: set_once().and(fixed), open }
    }

    fn line_charge_fields(&self, line: &Line) -> Fields {
        let Amount { name, quantity, price, cost } = Amount::of(line);
        let (description, most) =
            (line.description.as_deref(), |field| self.longest(Target::TicketCharge, field));
        self.purchased()
            .with_text("name", Some(&name), most("name"), Source::line("name"))
            .with_text("description", description, most("description"), Source::line("description"))
            .with("unitQuantity", quantity.0, quantity.1)
            .with("unitPrice", price.0, price.1)
            .with_some("unitCost", cost, Source::line("unit cost"))
    }

    /// Delivery, surcharge or coupon: one unit of a billing code.
    fn other_charge(
        &self,
        key: &str,
        name: &str,
        (path, code): (&'static str, i64),
        amount: Decimal,
        source: Source,
    ) -> Item {
        let open = self
            .purchased()
            .with("name", name, Source::Fixed)
            .with("unitQuantity", Decimal::ONE, Source::Fixed)
            .with("unitPrice", amount, source);
        let fixed = set_once().with("billingCodeID", code, Source::Setting(path));
        Item { key: Key::new(Target::TicketCharge, key), line: None, code: Some(path), fixed, open }
    }

    fn purchased(&self) -> Fields {
        let date = wire_date(start_date(self.input.document));
        Fields::new().with("datePurchased", date, Source::document("date"))
    }

    /// The lines whose product has to be in Autotask: those of charges that are made or changed.
    pub(super) fn lines_to_charge(&self, wanted: &[Item]) -> Vec<Line> {
        let is_written = |item: &&Item| match self.input.links.get(&item.key) {
            Some(link) => link.written.left.is_none(),
            None => left_otherwise(&item.key, self.input.links).is_none(),
        };
        wanted.iter().filter(is_written).filter_map(|item| item.line.clone()).collect()
    }

    /// Deletes, creates and updates until Autotask has the charges that the sale asks for. What is billed there, or was
    /// deleted by a person, is left as it is and said. Deletes come first: what stays of a line that became another kind is
    /// known before the line is charged again.
    pub(super) fn charges(&mut self, wanted: Vec<Item>) {
        let ticket = Key::only(Target::Ticket);
        let links = self.input.links;
        let kept: BTreeSet<Key> = wanted.iter().map(|item| item.key.clone()).collect();
        let mut left: Vec<&'a Link> = Vec::new();
        for (key, link) in links.of(Target::TicketCharge).filter(|(key, _)| !kept.contains(key)) {
            match link.written.left {
                None => self.push(key.clone(), Action::Delete { parent: ticket.clone() }),
                Some(Left::Billed) => left.push(link),
                Some(Left::Deleted) => {}
            }
        }
        for item in wanted {
            match links.get(&item.key) {
                Some(link) if link.written.left.is_some() => {
                    if !self.changed(&item.key, item.open, &FOLLOWING).is_empty() {
                        left.push(link);
                    }
                }
                Some(_) => self.update(&item.key, item.open, &FOLLOWING),
                None => match left_otherwise(&item.key, links) {
                    // One that is billed was told with those that are not wanted.
                    Some(other) if other.written.left == Some(Left::Billed) => {}
                    Some(other) => left.push(other),
                    None => self.create_charge(item, &ticket),
                },
            }
        }
        self.plan.notes.extend(left_alone(&left));
    }

    fn create_charge(&mut self, item: Item, ticket: &Key) {
        if let Some(path) = item.code {
            self.require_active(path);
        }
        let fields = item.fixed.and(item.open);
        let mut marker = Filter::new().and(Op::Eq, "ticketID", Value::Id(ticket.clone()));
        for field in ["unitQuantity", "unitPrice", "productID", "billingCodeID"] {
            if let Some(value) = fields.get(field) {
                marker = marker.and(Op::Eq, field, value.clone());
            }
        }
        // A name that Autotask's characters cannot write comes back as another.
        let is_kept =
            |name: &&Value| matches!(name, Value::Text(text) if lost_characters(text).next().is_none());
        if let Some(name) = fields.get("name").filter(is_kept) {
            marker = marker.and(Op::Eq, "name", name.clone());
        }
        let fields = fields.with("ticketID", Value::Id(ticket.clone()), Source::Step(Target::Ticket));
        let create = Create { parent: Some(ticket.clone()), fields, marker: Some(marker) };
        self.push(item.key, Action::Create(create));
    }
}

/// The charge that the same line had as another kind, where that is left alone: a second one would bill it twice.
pub fn left_otherwise<'l>(key: &Key, links: &'l Links) -> Option<&'l Link> {
    let (of_line, _) = key.key.rsplit_once(" type ")?;
    let is_its = |key: &Key| key.key.rsplit_once(" type ").is_some_and(|(line, _)| line == of_line);
    let mut charges = links.of(Target::TicketCharge).filter(|(key, _)| is_its(key));
    charges.find(|(_, link)| link.written.left.is_some()).map(|(_, link)| link)
}

/// What is set at creation alone: it is a person's to change afterwards.
fn set_once() -> Fields {
    Fields::new().with("chargeType", OPERATIONAL, Source::Fixed).with(
        "isBillableToCompany",
        true,
        Source::Fixed,
    )
}

/// What is said of charges that are not as the sale has them, and stay so.
fn left_alone(left: &[&Link]) -> Vec<String> {
    let named = |why: Left| {
        let of_it = left.iter().filter(|link| link.written.left == Some(why));
        let name = |link: &&Link| link.written.fields.get("name")?.as_str().map(|name| format!("\"{name}\""));
        of_it.filter_map(name).collect::<Vec<_>>().join(", ")
    };
    let say = |names: String, sentence: &str| (!names.is_empty()).then(|| format!("{sentence}: {names}."));
    let billed = say(named(Left::Billed), "Billed in Autotask already and left as they are");
    let deleted = say(named(Left::Deleted), "Deleted in Autotask by a person and not made again");
    billed.into_iter().chain(deleted).collect()
}
