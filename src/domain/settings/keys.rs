//! The keys of the settings in documents: the TOML file and REST have the same ones.

use super::{
    fields::ROWS,
    form::{Against, Parts, SettingsForm},
    page::Page,
};
use crate::{domain::lists::List, error::FieldErrors};

/// The sections in the order of the pages: key and heading.
pub const SECTIONS: [(&str, &str); 7] = [
    ("created", "When a quote is created"),
    ("won", "When a quote is won"),
    ("lost", "When a quote is lost"),
    ("codes", "When an item is quoted or sold"),
    ("category_map", "Map your product categories to Autotask"),
    ("services", "When a service or labor role is created in Autotask"),
    ("tickets", "When a sale becomes a ticket"),
];

/// The sections that a document of this page has: its own and the codes.
pub fn sections_of(page: Page) -> impl Iterator<Item = (&'static str, &'static str)> {
    SECTIONS.into_iter().filter(move |(section, _)| match Page::of(section) {
        Page::Opportunities => page.has_opportunities(),
        Page::Tickets => page.has_tickets(),
        Page::QuoteManager => false,
        Page::Both => true,
    })
}

/// What is behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An option of an Autotask list.
    Choice(List),
    /// A whole number from 0 to 100.
    Percent,
    /// True or false.
    Flag,
    /// A whole number of days.
    Days,
    /// One of these words.
    Word([&'static str; 2]),
    /// The name of something in the tenant's own catalogue, or another text.
    Name,
}

/// One key of a section; the rows of the category map are not among them.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key of its section.
    pub section: &'static str,
    /// Its own name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The word of the file for nothing chosen, where that can be saved.
    pub none: Option<&'static str>,
    typed: fn(&mut SettingsForm) -> &mut String,
}

/// Every key, in the order of the page.
pub const KEYS: [Key; 28] = [
    choice("created", "category", List::OpportunityCategories, |form| &mut form.created.category),
    choice("created", "default_owner", List::Owners, |form| &mut form.created.default_owner),
    choice("created", "stage", List::Stages, |form| &mut form.created.stage),
    choice("created", "status", List::Statuses, |form| &mut form.created.status),
    key("created", "probability", Kind::Percent, |form| &mut form.created.probability).or("none"),
    choice("created", "shipping", List::ShippingTypes, |form| &mut form.created.shipping).or("none"),
    key("created", "create_missing_customers", Kind::Flag, |form| &mut form.created.create_missing_customers),
    choice("won", "stage", List::Stages, |form| &mut form.won.stage),
    choice("won", "status", List::Statuses, |form| &mut form.won.status),
    choice("lost", "stage", List::Stages, |form| &mut form.lost.stage).or("Leave at current stage"),
    choice("lost", "status", List::Statuses, |form| &mut form.lost.status),
    choice("codes", "product", List::MaterialCodes, |form| &mut form.codes.product),
    choice("codes", "recurring_service", List::ServiceCodes, |form| &mut form.codes.recurring_service),
    choice("codes", "payment_surcharge", List::MaterialCodes, |form| &mut form.codes.payment_surcharge),
    choice("codes", "non_recurring_service", List::MaterialCodes, |form| {
        &mut form.codes.non_recurring_service
    }),
    choice("category_map", "fallback", List::ProductCategories, |form| &mut form.category_map.fallback)
        .or("none"),
    key("services", "brand", Kind::Name, |form| &mut form.services.brand),
    key("services", "category", Kind::Name, |form| &mut form.services.category),
    key("tickets", "which", Kind::Word(["all", "unquoted"]), |form| &mut form.tickets.which),
    choice("tickets", "category", List::TicketCategories, |form| &mut form.tickets.category),
    choice("tickets", "queue", List::TicketQueues, |form| &mut form.tickets.queue),
    choice("tickets", "status", List::TicketStatuses, |form| &mut form.tickets.status),
    choice("tickets", "priority", List::TicketPriorities, |form| &mut form.tickets.priority),
    choice("tickets", "issue_type", List::TicketIssueTypes, |form| &mut form.tickets.issue_type).or("none"),
    key("tickets", "due_days", Kind::Days, |form| &mut form.tickets.due_days),
    key("tickets", "title", Kind::Name, |form| &mut form.tickets.title),
    choice("tickets", "cancelled_status", List::TicketStatuses, |form| &mut form.tickets.cancelled_status),
    key("tickets", "billed_by", Kind::Word(["opportunities", "tickets"]), |form| &mut form.tickets.billed_by),
];

const fn key(
    section: &'static str,
    name: &'static str,
    kind: Kind,
    typed: fn(&mut SettingsForm) -> &mut String,
) -> Key {
    Key { section, name, kind, none: None, typed }
}

const fn choice(
    section: &'static str,
    name: &'static str,
    list: List,
    typed: fn(&mut SettingsForm) -> &mut String,
) -> Key {
    key(section, name, Kind::Choice(list), typed)
}

impl Key {
    const fn or(mut self, none: &'static str) -> Self {
        self.none = Some(none);
        self
    }

    /// The keys of a section, in the order of the page.
    pub fn of(section: &str) -> impl Iterator<Item = &'static Self> {
        KEYS.iter().filter(move |key| key.section == section)
    }

    /// Where it stands in a document: `created.stage`.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// What the form has for it; empty for nothing chosen.
    pub fn text(&self, form: &mut SettingsForm) -> String {
        (self.typed)(form).clone()
    }

    /// Puts a text into the form; nothing chosen is empty.
    pub fn put(&self, form: &mut SettingsForm, text: Option<String>) {
        if (self.section, self.name) == ("lost", "stage") {
            form.lost.keep_stage = text.is_none().to_string();
        }
        *(self.typed)(form) = text.unwrap_or_default();
    }
}

/// A value as a form has it: one that no option's name can be taken for.
pub fn id_text(value: i64) -> String {
    format!("(#{value})")
}

/// The path of a category's row.
pub fn row_path(category: &str) -> String {
    format!("{ROWS}[{category}]")
}

/// The settings that a form made from a document stands for. `found` is what was wrong when the document was read.
///
/// # Errors
/// Everything that is wrong, by the document's paths; where reading a field failed already, that alone is told of it.
pub fn check(form: &SettingsForm, against: &Against<'_>, found: FieldErrors) -> Result<Parts, FieldErrors> {
    let mut errors = found.clone();
    let mut form = form.clone();
    form.category_map.rows.retain(|_, row| {
        let is_known = against.categories.contains(&row.category);
        if !is_known {
            errors.add(row_path(&row.category), format!("There is no category called \"{}\"", row.category));
        }
        is_known
    });
    let parts = form.check(against).map_err(|wrong| by_category(&wrong, &form));
    let parts = match parts {
        Ok(parts) => Some(parts),
        Err(wrong) => {
            let news = wrong.iter().filter(|(path, _)| !is_told(&found, path));
            for (path, sentences) in news {
                for sentence in sentences {
                    errors.add(path, sentence);
                }
            }
            None
        }
    };
    match (errors.into_result(), parts) {
        (Ok(()), Some(parts)) => Ok(parts),
        (Err(errors), _) => Err(errors),
        (Ok(()), None) => Err(found),
    }
}

/// Whether something was said of the path or of what it is a part of.
fn is_told(found: &FieldErrors, path: &str) -> bool {
    let is_part = |whole: &str| path.strip_prefix(whole).is_some_and(|rest| rest.starts_with(['.', '[']));
    found.iter().any(|(told, _)| told == path || is_part(told))
}

/// The errors of a form with each row of the map by its category, not by its place on a page.
pub fn by_category(errors: &FieldErrors, form: &SettingsForm) -> FieldErrors {
    let renamed = |path: &str| {
        let (index, _) = path.strip_prefix(ROWS)?.strip_prefix('[')?.split_once(']')?;
        let row = form.category_map.rows.get(&index.parse().ok()?)?;
        Some(row_path(&row.category))
    };
    let mut all = FieldErrors::default();
    for (path, sentences) in errors.iter() {
        let path = renamed(path).unwrap_or_else(|| path.to_owned());
        for sentence in sentences {
            all.add(path.clone(), sentence);
        }
    }
    all
}
