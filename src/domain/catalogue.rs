//! The catalogue: brands, categories, items, and the records of Autotask that they are.

use std::collections::BTreeMap;

use super::{
    document::{Document, Line, LineKind},
    plan::{self, Key, Target},
};

/// The longest name of a brand, in characters.
pub const MAX_BRAND: usize = 100;
/// The longest path of a category, in characters.
pub const MAX_PATH: usize = 500;

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// Goods: Autotask's `Products`.
    Product,
    /// Billed each period: Autotask's `Services`.
    RecurringService,
    /// Hours of work: Autotask's `Roles`.
    Labor,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Product, Self::RecurringService, Self::Labor];

    /// The word in addresses and in REST, as lines of documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::RecurringService => "recurring_service",
            Self::Labor => "labor",
        }
    }

    /// The kind of that [`Self::name`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a link of such an item leads to.
    pub fn target(self) -> Target {
        match self {
            Self::Product => Target::Product,
            Self::RecurringService => Target::Service,
            Self::Labor => Target::Role,
        }
    }

    /// The kind whose links lead to that target; `None` for targets that are no items.
    pub fn of_target(target: Target) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.target() == target)
    }

    /// A line that names such an item: what the plan makes keys of.
    pub fn line(self, name: &str, sku: Option<&str>, part_number: Option<&str>) -> Line {
        let kind = match self {
            Self::Product => LineKind::Product,
            Self::RecurringService => LineKind::RecurringService,
            Self::Labor => LineKind::Labor,
        };
        Line {
            kind,
            name: name.to_owned(),
            sku: sku.map(str::to_owned),
            manufacturer_part_number: part_number.map(str::to_owned),
            ..Line::default()
        }
    }

    /// The key of an item that is known by its name alone.
    pub fn key(self, name: &str) -> Option<Key> {
        plan::catalogue_key(&self.line(name, None, None))
    }
}

/// Where an item came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A line of a quote or sale.
    Document,
    /// Autotask, where it was created.
    Autotask,
    /// REST.
    Api,
}

impl Source {
    /// The word in the database and in REST.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Autotask => "autotask",
            Self::Api => "api",
        }
    }
}

/// A service or role as Autotask last showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id in Autotask.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its SKU; roles have none.
    pub sku: Option<String>,
    /// Whether Autotask takes it on new records.
    pub active: bool,
}

/// What names are compared by: without outer spaces, whatever the case of their letters.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A brand's name as it is kept.
///
/// # Errors
/// What it must be, as a sentence without a full stop.
pub fn brand_name(typed: &str) -> Result<String, String> {
    let name = typed.trim();
    if name.is_empty() {
        return Err("Enter the brand's name".to_owned());
    }
    check_text("The brand's name", name, MAX_BRAND)?;
    Ok(name.to_owned())
}

/// A category's path as it is kept: parts between slashes, without outer spaces.
///
/// # Errors
/// What it must be, as a sentence without a full stop.
pub fn category_path(typed: &str) -> Result<String, String> {
    let parts: Vec<&str> = typed.split('/').map(str::trim).collect();
    if typed.trim().is_empty() {
        return Err("Enter the category's path, such as Hardware/Firewalls".to_owned());
    }
    if parts.iter().any(|part| part.is_empty()) {
        return Err("Each part of the path needs a name: write it as Hardware/Firewalls".to_owned());
    }
    let path = parts.join("/");
    check_text("The path", &path, MAX_PATH)?;
    Ok(path)
}

fn check_text(what: &str, text: &str, max: usize) -> Result<(), String> {
    if text.chars().count() > max {
        return Err(format!("{what} can have at most {max} characters"));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("{what} must be one line of text"));
    }
    Ok(())
}

/// Where a path goes when `from` becomes `to`: itself and everything below it. `None` for other paths.
pub fn moved(path: &str, from: &str, to: &str) -> Option<String> {
    let rest = path.strip_prefix(from)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
}

/// Names that documents go on using after a person renamed or merged what they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// Brands by their [`name_key`].
    pub brands: BTreeMap<String, String>,
    /// Categories by their path.
    pub categories: BTreeMap<String, String>,
}

impl Aliases {
    /// The document with today's names of the brands and categories in its lines.
    pub fn apply(&self, document: &mut Document) {
        self.apply_to(&mut document.content.lines);
    }

    fn apply_to(&self, lines: &mut [Line]) {
        for line in lines {
            if let Some(name) = line.brand.as_ref().and_then(|brand| self.brands.get(&name_key(brand))) {
                line.brand = Some(name.clone());
            }
            if let Some(path) = line.category.as_ref().and_then(|path| self.categories.get(path)) {
                line.category = Some(path.clone());
            }
            self.apply_to(&mut line.components);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_have_one_to_a_hundred_characters() {
        assert_eq!(brand_name("  Northwind  "), Ok("Northwind".to_owned()));
        assert_eq!(brand_name("é".repeat(MAX_BRAND).as_str()).map(|name| name.len()), Ok(2 * MAX_BRAND));
        let refused = [" ".to_owned(), "x".repeat(MAX_BRAND + 1), "two\nlines".to_owned()];
        assert!(refused.iter().all(|name| brand_name(name).is_err()));
    }

    #[test]
    fn paths_have_a_name_in_each_part() {
        assert_eq!(category_path(" Hardware / Firewalls "), Ok("Hardware/Firewalls".to_owned()));
        let refused = ["", "/", "Hardware/", "/Hardware", "A//B", "A/\tB\n C/x\u{7}"];
        assert!(refused.iter().all(|path| category_path(path).is_err()), "{refused:?}");
    }

    #[test]
    fn what_is_below_a_path_moves_with_it() {
        let moves = ["Hardware", "Hardware/Firewalls", "Hardware2", "Software/Hardware"];
        let to = moves.map(|path| moved(path, "Hardware", "Goods/Devices"));
        assert_eq!(
            to,
            [Some("Goods/Devices".to_owned()), Some("Goods/Devices/Firewalls".to_owned()), None, None]
        );
    }

    #[test]
    fn former_names_are_read_as_todays_also_in_bundles() {
        let part = Line { brand: Some("ACME ".to_owned()), ..Line::default() };
        let kit = Line { category: Some("Old/Path".to_owned()), components: vec![part], ..Line::default() };
        let aliases = Aliases {
            brands: BTreeMap::from([("acme".to_owned(), "Acme Corp".to_owned())]),
            categories: BTreeMap::from([("Old/Path".to_owned(), "New/Path".to_owned())]),
        };
        let mut lines = [kit];
        aliases.apply_to(&mut lines);
        assert_eq!(lines[0].category.as_deref(), Some("New/Path"));
        assert_eq!(lines[0].components[0].brand.as_deref(), Some("Acme Corp"));
    }
}
