//! The settings form of the Opportunities page: its fields with their names, labels and help.

use std::collections::BTreeMap;

use super::{
    category_map::MapTable,
    codes_form::Codes,
    fields::{Control, Select, SharedList, Text, id_of},
    parts::{ErrorLink, Link, Tag, Tone, count_of},
};

/// A section's id, its heading and its choices.
pub(super) type Part<'f> = (&'static str, &'static str, Vec<&'f Select>);

/// The id of the section of the category map.
const MAP: &str = "category_map";
/// How many wrong rows of the category map the error summary names one by one.
const NAMED_ROWS: usize = 10;

/// The whole form. It posts to `/apps/autotask/opportunities`.
#[derive(Clone, Debug)]
pub struct Form {
    /// The revision that was shown, so that a later save by someone else is noticed.
    pub revision: String,
    /// A value used once, so that sending twice saves once.
    pub form_id: String,
    /// The earlier revision that it goes back to; mostly empty.
    pub origin: String,
    /// Whether it shows what was typed and not saved.
    pub unsaved: bool,
    /// What else is saved with it: settings of another page, by the names that they are posted under. Mostly empty.
    pub carried: Vec<(String, String)>,
    /// What both syncs would bill, and which of them does; none where there is no such sale.
    pub both: Option<String>,
    /// Whether sales without a quote become opportunities too.
    pub include_unquoted_sales: bool,
    /// When a quote is created.
    pub created: Created,
    /// When a quote is won.
    pub won: Won,
    /// When a quote is lost.
    pub lost: Lost,
    /// When an item is quoted or sold.
    pub codes: Codes,
    /// Map your product categories to Autotask.
    pub map: MapTable,
    /// When a service or labor role is created in Autotask.
    pub services: Services,
    /// A remark for the history.
    pub note: Text,
    /// The options of the lists that are too long for a native select.
    pub shared: Vec<SharedList>,
}

/// The fields of *When a quote is created*.
#[derive(Clone, Debug)]
pub struct Created {
    /// `created[category]`
    pub category: Select,
    /// `created[default_owner]`
    pub default_owner: Select,
    /// `created[stage]`
    pub stage: Select,
    /// `created[status]`
    pub status: Select,
    /// `created[probability]`
    pub probability: Text,
    /// `created[shipping]`
    pub shipping: Select,
    /// `created[create_missing_customers]`
    pub create_missing_customers: bool,
}

/// The fields of *When a quote is won*.
#[derive(Clone, Debug)]
pub struct Won {
    /// `won[stage]`
    pub stage: Select,
    /// `won[status]`
    pub status: Select,
}

/// The fields of *When a quote is lost*.
#[derive(Clone, Debug)]
pub struct Lost {
    /// `lost[keep_stage]`: whether the opportunity stays at its stage.
    pub keep_stage: bool,
    /// `lost[stage]`: the stage to set otherwise. It is posted either way; the server decides whether it counts.
    pub stage: Select,
    /// `lost[status]`
    pub status: Select,
}

/// The fields of *When a service or labor role is created in Autotask*.
#[derive(Clone, Debug)]
pub struct Services {
    /// `services[brand]`
    pub brand: Control,
    /// `services[category]`
    pub category: Select,
}

/// One section in the list of sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Where it is on the page.
    pub href: String,
    /// Its heading.
    pub title: &'static str,
    /// How far it is: complete, or how much is missing or wrong.
    pub state: Option<Tag>,
}

impl Form {
    /// The form with every name, label and hint, and no choices or values yet.
    pub fn new(revision: impl Into<String>, form_id: impl Into<String>) -> Self {
        Self {
            revision: revision.into(),
            form_id: form_id.into(),
            origin: String::new(),
            unsaved: false,
            carried: Vec::new(),
            both: None,
            include_unquoted_sales: true,
            created: Created::new(),
            won: Won::new(),
            lost: Lost::new(),
            codes: Codes::new(Link::new("/apps/autotask/tickets", "Tickets")),
            map: MapTable::default(),
            services: Services::new(),
            note: Text::new("note", "Note for history")
                .optional()
                .hint("Why you made this change, for whoever asks later."),
            shared: Vec::new(),
        }
    }

    /// Puts each message beside its field and answers the error summary, in the order of the page.
    ///
    /// `errors` goes from the posted name to what to do. A message without a field of its own leads to the form.
    pub fn show_errors(&mut self, errors: &BTreeMap<String, String>) -> Vec<ErrorLink> {
        let mut left = errors.clone();
        let mut links = Vec::new();
        for (name, slot) in self.error_slots() {
            if let Some(text) = left.remove(&name) {
                links.push(ErrorLink { href: format!("#{}", id_of(&name)), text: text.clone() });
                *slot = Some(text);
            }
        }
        links.extend(left.into_values().map(|text| ErrorLink { href: "#settings".to_owned(), text }));
        fold_rows(links)
    }

    /// The sections with how far each is, in the order of the page.
    pub fn contents(&self) -> Vec<Contents> {
        let wrong_rows = self.map.rows.iter().filter(|row| row.select.error.is_some()).count();
        let contents =
            |part: Part<'_>| if part.0 == MAP { of_map(&part, wrong_rows) } else { part_state(&part, 0) };
        self.parts().into_iter().map(contents).collect()
    }

    /// The required settings that are empty, in the order of the page.
    pub fn missing(&self) -> Vec<ErrorLink> {
        missing(self.parts())
    }

    /// Each section's id, heading and choices, but for the rows of the category map.
    fn parts(&self) -> Vec<Part<'_>> {
        let Self { created, won, lost, codes, map, services, .. } = self;
        let new = vec![
            &created.category,
            &created.default_owner,
            &created.stage,
            &created.status,
            &created.shipping,
        ];
        let mut gone = vec![&lost.status];
        if !lost.keep_stage {
            gone.insert(0, &lost.stage);
        }
        let mut service = vec![&services.category];
        if let Control::Select(brand) = &services.brand {
            service.insert(0, brand);
        }
        vec![
            ("created", "When a quote is created", new),
            ("won", "When a quote is won", vec![&won.stage, &won.status]),
            ("lost", "When a quote is lost", gone),
            ("codes", "When an item is quoted or sold", codes.all()),
            (MAP, "Map your product categories to Autotask", vec![&map.fallback]),
            ("services", "When a service or labor role is created in Autotask", service),
        ]
    }

    fn error_slots(&mut self) -> Vec<(String, &mut Option<String>)> {
        let Self { created, won, lost, codes, map, services, note, .. } = self;
        let mut slots = vec![
            slot(&mut created.category),
            slot(&mut created.default_owner),
            slot(&mut created.stage),
            slot(&mut created.status),
            (created.probability.name.clone(), &mut created.probability.error),
            slot(&mut created.shipping),
            slot(&mut won.stage),
            slot(&mut won.status),
            slot(&mut lost.stage),
            slot(&mut lost.status),
        ];
        slots.extend(codes.all_mut().into_iter().map(slot));
        slots.push(slot(&mut map.fallback));
        slots.extend(map.rows.iter_mut().map(|row| slot(&mut row.select)));
        slots.push((services.brand.name().to_owned(), services.brand.error_mut()));
        slots.push(slot(&mut services.category));
        slots.push((note.name.clone(), &mut note.error));
        slots
    }
}

/// How far a part of a form is; `more` problems are not in its choices.
pub(super) fn part_state((id, title, selects): &Part<'_>, more: usize) -> Contents {
    let is_wrong = |select: &&&Select| {
        select.error.is_some() || select.tag.as_ref().is_some_and(|tag| tag.tone == Tone::Warn)
    };
    let wrong = selects.iter().filter(is_wrong).count() + more;
    let missing = selects.iter().filter(|select| select.is_missing()).count();
    let state = match (wrong, missing) {
        (0, 0) => Tag::new(Tone::Ok, "Complete"),
        (0, missing) => Tag::new(Tone::Warn, format!("{missing} missing")),
        (wrong, _) => Tag::new(Tone::Bad, count(wrong, "problem", "problems")),
    };
    Contents { href: format!("#{id}"), title, state: Some(state) }
}

/// The category map is never complete: whatever is not mapped is held, or not, as documents come in.
fn of_map(part: &Part<'_>, wrong_rows: usize) -> Contents {
    let contents = part_state(part, wrong_rows);
    let state = contents.state.filter(|tag| tag.tone != Tone::Ok);
    Contents { state, ..contents }
}

/// The required choices that are empty, as `heading: label`.
pub(super) fn missing(parts: Vec<Part<'_>>) -> Vec<ErrorLink> {
    let link = |title: &str, select: &Select| ErrorLink {
        href: format!("#{}", select.id()),
        text: format!("{title}: {}", select.label),
    };
    let of_part = |(_, title, selects): Part<'_>| {
        let missing = selects.into_iter().filter(|select| select.is_missing());
        missing.map(|select| link(title, select)).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(of_part).collect()
}

fn count(count: usize, one: &str, many: &str) -> String {
    count_of(u64::try_from(count).unwrap_or(u64::MAX), one, many)
}

/// Keeps the first wrong rows of the category map and tells only the number of the others.
fn fold_rows(links: Vec<ErrorLink>) -> Vec<ErrorLink> {
    let is_row = |link: &ErrorLink| link.href.starts_with("#category_map-rows");
    let more = links.iter().filter(|link| is_row(link)).count().saturating_sub(NAMED_ROWS);
    let mut seen = 0;
    let mut folded = Vec::new();
    for link in links {
        seen += usize::from(is_row(&link));
        if !is_row(&link) || seen <= NAMED_ROWS {
            folded.push(link);
        } else if seen == NAMED_ROWS + 1 {
            let text = format!("and {more} more in Map your product categories to Autotask");
            folded.push(ErrorLink { href: "#category_map".to_owned(), text });
        }
    }
    folded
}

pub(super) fn slot(select: &mut Select) -> (String, &mut Option<String>) {
    (select.name.clone(), &mut select.error)
}

impl Created {
    fn new() -> Self {
        Self {
            category: Select::new("created[category]", "Category")
                .prompt("Select a category")
                .hint("Decides what people see on the opportunity in Autotask. Standard shows every field."),
            default_owner: Select::new("created[default_owner]", "Default owner").prompt("Select a default owner").hint(
                "Used when the quote's owner is not found in Autotask, for example when a customer creates the quote online. \
                 Choose someone who can pass it on.",
            ),
            stage: Select::new("created[stage]", "Stage")
                .prompt("Select a stage")
                .hint("A stage that says the quote has been sent fits most sales processes."),
            status: Select::new("created[status]", "Status").prompt("Select a status").hint("Recommended: Active."),
            probability: Text::new("created[probability]", "Probability %").optional().numeric().hint(
                "How likely it is that you close the opportunity: a whole number from 0 to 100. Empty counts as 0.",
            ),
            shipping: Select::new("created[shipping]", "Shipping").optional().prompt("No shipping type").hint("The shipping type of the quote in Autotask."),
            create_missing_customers: false,
        }
    }
}

impl Won {
    fn new() -> Self {
        Self {
            stage: Select::new("won[stage]", "Stage").prompt("Select a stage").hint("The stage that says the opportunity has been won."),
            status: Select::new("won[status]", "Status").prompt("Select a status").hint(
                "Recommended: Active. It lets you finish winning the opportunity in Autotask, including the Won \
                 Opportunity Wizard.",
            ),
        }
    }
}

impl Lost {
    fn new() -> Self {
        Self {
            keep_stage: true,
            stage: Select::new("lost[stage]", "Stage for lost quotes").prompt("Select a stage"),
            status: Select::new("lost[status]", "Status")
                .prompt("Select a status")
                .hint("Recommended: Lost."),
        }
    }
}

impl Services {
    /// The choices with their paths.
    pub fn selects(&mut self) -> Vec<(&'static str, &mut Select)> {
        let mut selects = vec![("services.category", &mut self.category)];
        if let Control::Select(brand) = &mut self.brand {
            selects.push(("services.brand", brand));
        }
        selects
    }

    fn new() -> Self {
        let hint = "The brand of services and labor that come from Autotask: usually your own company. \
                    Contractors can have a brand of their own.";
        Self {
            brand: Control::Select(
                Select::new("services[brand]", "Brand").prompt("Select a brand").hint(hint),
            ),
            category: Select::new("services[category]", "Category")
                .prompt("Select a category")
                .hint("Usually Services. Bundle cannot be used."),
        }
    }
}
