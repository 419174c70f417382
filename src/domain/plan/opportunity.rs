//! The opportunity itself.

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use rust_decimal::Decimal;

use super::{Action, Condition, Create, Fields, Filter, Key, Of, Op, Planner, Source, Target};
use crate::domain::{
    document::{Document, Kind, LineKind, Period},
    money::to_cents,
    settings::Sections,
};

/// How long a quote without an expiry date stands.
const DAYS_UNTIL_CLOSE: i64 = 30;

/// What the selected lines come to, per kind of billing; rounded to cents line by line.
#[derive(Default)]
struct Revenue {
    one_time: (Decimal, Decimal),
    monthly: (Decimal, Decimal),
    quarterly: (Decimal, Decimal),
    semi_annual: (Decimal, Decimal),
    yearly: (Decimal, Decimal),
    /// How many lines were added up …
    lines: usize,
    /// … and how many of delivery, surcharge and coupon.
    charges: usize,
}

impl Revenue {
    fn of(document: &Document) -> Self {
        let mut revenue = Self::default();
        for line in document.content.sold_lines().iter().filter(|line| line.selected) {
            let cost = if line.kind == LineKind::SetupFee { Decimal::ZERO } else { line.cost() };
            revenue.add(line.period, line.total(), cost);
            revenue.lines += 1;
        }
        let content = &document.content;
        let delivery = content.delivery.as_ref().and_then(|delivery| delivery.charge);
        for charge in delivery.iter().chain(&content.surcharge) {
            revenue.add(None, charge.amount, Decimal::ZERO);
            revenue.charges += 1;
        }
        if let Some(coupon) = content.coupon.filter(|amount| !amount.is_zero()) {
            revenue.add(None, -coupon, Decimal::ZERO);
            revenue.charges += 1;
        }
        revenue
    }

    fn add(&mut self, period: Option<Period>, price: Decimal, cost: Decimal) {
        let (revenue, costs) = match period {
            None => &mut self.one_time,
            Some(Period::Monthly) => &mut self.monthly,
            Some(Period::Quarterly) => &mut self.quarterly,
            Some(Period::SemiAnnual) => &mut self.semi_annual,
            Some(Period::Yearly) => &mut self.yearly,
        };
        *revenue = revenue.saturating_add(to_cents(price));
        *costs = costs.saturating_add(to_cents(cost));
    }

    fn total(&self, part: impl Fn(&(Decimal, Decimal)) -> Decimal) -> Decimal {
        [&self.one_time, &self.monthly, &self.quarterly, &self.semi_annual, &self.yearly]
            .into_iter()
            .map(part)
            .fold(Decimal::ZERO, Decimal::saturating_add)
    }

    fn fields(&self) -> Fields {
        let source = Source::Computed { lines: self.lines, charges: self.charges };
        [
            ("amount", self.total(|pair| pair.0)),
            ("cost", self.total(|pair| pair.1)),
            ("onetimeRevenue", self.one_time.0),
            ("onetimeCost", self.one_time.1),
            ("monthlyRevenue", self.monthly.0),
            ("monthlyCost", self.monthly.1),
            ("quarterlyRevenue", self.quarterly.0),
            ("quarterlyCost", self.quarterly.1),
            ("semiannualRevenue", self.semi_annual.0),
            ("semiannualCost", self.semi_annual.1),
            ("yearlyRevenue", self.yearly.0),
            ("yearlyCost", self.yearly.1),
        ]
        .into_iter()
        .fold(Fields::new(), |fields, (name, amount)| fields.with(name, amount, source))
    }
}

/// What a document comes to: the `amount` that its opportunity gets.
pub fn amount(document: &Document) -> Decimal {
    Revenue::of(document).total(|pair| pair.0)
}

/// The day on which a document begins, in UTC as Autotask keeps dates.
pub(super) fn start_date(document: &Document) -> Date {
    document.content.created_at.to_zoned_datetime(TimeZone::UTC).date()
}

/// The day on which it ends: its expiry date, never before it begins, else 30 days later; and which of these it is.
pub(super) fn end_date(document: &Document) -> (Date, Source) {
    let start = start_date(document);
    match document.content.expires_on {
        Some(end) if end >= start => (end, Source::document("expiry date")),
        Some(_) => (start, Source::Default("its first day, as its expiry date is before that")),
        None => {
            let end = start.saturating_add(DAYS_UNTIL_CLOSE.days());
            (end, Source::Default("30 days after its date, as it has no expiry date"))
        }
    }
}

/// A date as Autotask writes it: midnight without a zone.
pub(super) fn wire_date(date: Date) -> String {
    format!("{date}T00:00:00")
}

impl Planner<'_> {
    /// Creates the opportunity, or brings its open fields up to date.
    pub(super) fn opportunity(&mut self) {
        let key = Key::only(Target::Opportunity);
        if self.input.links.get(&key).is_some() {
            if self.follows_edits() {
                self.update(&key, self.open_fields(), &[]);
            }
            return;
        }
        let fields = self.created_fields().and(self.open_fields());
        let marker = Filter::new().and(Op::Eq, "companyID", self.company_id().0).and(
            Op::BeginsWith,
            "title",
            format!("{} ", self.input.document.number),
        );
        self.push(key, Action::Create(Create { parent: None, fields, marker: Some(marker) }));
    }

    /// What follows the document while it is open.
    pub(super) fn open_fields(&self) -> Fields {
        Revenue::of(self.input.document).fields().and(self.head_fields())
    }

    /// The same without the amounts.
    pub(super) fn head_fields(&self) -> Fields {
        let document = self.input.document;
        let title = format!("{} {}", document.number, document.content.title);
        let (end, end_source) = end_date(document);
        Fields::new()
            .with_text(
                "title",
                Some(&title),
                self.longest(Target::Opportunity, "title"),
                Source::document("number and title"),
            )
            .with("startDate", wire_date(start_date(document)), Source::document("date"))
            .with("projectedCloseDate", wire_date(end), end_source)
    }

    /// What is set once, at creation. Inactive choices hold the push: Autotask refuses them.
    fn created_fields(&mut self) -> Fields {
        let Sections { created, won, .. } = self.sections;
        let [(stage_path, stage), (status_path, status)] = if self.input.document.kind == Kind::Sale {
            [("won.stage", won.stage), ("won.status", won.status)]
        } else {
            [("created.stage", created.stage), ("created.status", created.status)]
        };
        for path in [stage_path, status_path, "created.category"] {
            self.require_active(path);
        }
        let (company, company_source) = self.company_id();
        let (owner, owner_source) = self.owner();
        let (probability, probability_source) = match created.probability {
            Some(percent) => (percent, Source::Setting("created.probability")),
            None => (0, Source::Default("0, as no probability is entered")),
        };
        Fields::new()
            .with("companyID", company, company_source)
            .with_some("contactID", self.contact_id(), Source::Matched { of: Of::Document, what: "contact" })
            .with("opportunityCategoryID", created.category, Source::Setting("created.category"))
            .with("ownerResourceID", owner, owner_source)
            .with("stage", stage, Source::Setting(stage_path))
            .with("status", status, Source::Setting(status_path))
            .with("probability", i64::from(probability), probability_source)
            .with("useQuoteTotals", true, Source::Fixed)
    }

    /// The quote's own owner where that is an active resource, else *Default owner*.
    pub(super) fn owner(&mut self) -> (i64, Source) {
        let owner = self.input.document.content.owner.as_ref();
        let email = owner.and_then(|owner| owner.email.as_deref());
        if let Some(id) = email.and_then(|email| self.input.lists.owner_by_email(email)) {
            return (id, Source::Matched { of: Of::Document, what: "owner" });
        }
        self.require_active("created.default_owner");
        (self.sections.created.default_owner, Source::Setting("created.default_owner"))
    }
}

/// Conditions on one text field each, of which one must hold.
pub(super) fn any_of(pairs: &[(&'static str, String)]) -> Vec<Condition> {
    pairs.iter().map(|(field, text)| Condition::Field(Op::Eq, field, text.clone().into())).collect()
}
