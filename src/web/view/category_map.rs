//! The part *Map your product categories to Autotask* of the Opportunities page.

use std::fmt;

use super::{
    fields::{Choice, Select},
    parts::{Tag, Tone, count_of},
};

/// The table of *Map your product categories to Autotask*.
#[derive(Clone, Debug)]
pub struct MapTable {
    /// `category_map[fallback]`: where a category goes that no row names.
    pub fallback: Select,
    /// `map_tools[target]`: the category that "Map selected to…" gives to the checked rows.
    pub target: Select,
    /// Which rows are shown.
    pub filter: MapFilter,
    /// What the tool did that was pressed; empty for none.
    pub outcome: String,
    /// One row a category.
    pub rows: Vec<MapRow>,
}

/// Which rows are shown. The others stay in the form, hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MapFilter {
    /// Words that a row must have.
    pub search: String,
    /// The state that a row must have: [`MapState::key`]; anything else is all.
    pub state: String,
    /// Only rows that differ from what is saved.
    pub changed: bool,
}

/// How a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapState {
    /// It has an active Autotask category.
    Mapped,
    /// It has none, but one is suggested.
    Suggested,
    /// It has none.
    #[default]
    NotMapped,
    /// Its Autotask category is inactive or gone.
    NeedsAttention,
}

/// One category of the source.
#[derive(Clone, Debug)]
pub struct MapRow {
    /// `category_map[rows][{index}][category]`: the category, as it is posted.
    pub category: String,
    /// The category, as it is read: `Hardware › Laptops`.
    pub label: String,
    /// `category_map[rows][{index}][autotask_category]`
    pub select: Select,
    /// How many products it has.
    pub products: u64,
    /// How it stands.
    pub state: MapState,
    /// What may be accepted; only where nothing is chosen.
    pub suggestion: Option<MapSuggestion>,
    /// What the control would hold if it showed what is saved.
    pub saved: String,
    /// Whether it differs from what is saved.
    pub changed: bool,
    /// Whether its box is checked.
    pub selected: bool,
    index: u32,
}

/// An Autotask category to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapSuggestion {
    /// What the control holds once it is accepted.
    pub value: String,
    /// The category's path in Autotask.
    pub label: String,
    /// Why: `same name`.
    pub reason: String,
    /// Whether it goes with "Accept all exact matches".
    pub exact: bool,
}

impl Default for MapTable {
    fn default() -> Self {
        Self {
            fallback: Select::new("category_map[fallback]", "Any category that is not mapped below")
                .optional()
                .prompt("None: hold the quote")
                .hint("With a category chosen here, a new product category never holds a quote."),
            target: Select::new("map_tools[target]", "Map selected to…")
                .optional()
                .prompt("Choose an Autotask category"),
            filter: MapFilter::default(),
            outcome: String::new(),
            rows: Vec::new(),
        }
    }
}

impl MapTable {
    /// How far it is, counted in products: `61 of 64 mapped. 3 not mapped, used by 12 products.`
    pub fn summary(&self) -> String {
        let used = |rows: &[&MapRow]| {
            let products = rows.iter().map(|row| row.products).sum();
            format!("used by {}", count_of(products, "product", "products"))
        };
        let of = |fits: &dyn Fn(MapState) -> bool| {
            self.rows.iter().filter(|row| fits(row.state)).collect::<Vec<_>>()
        };
        let mapped = of(&|state| state == MapState::Mapped);
        let open = of(&|state| matches!(state, MapState::Suggested | MapState::NotMapped));
        let broken = of(&|state| state == MapState::NeedsAttention);
        let mut text = format!("{} of {} mapped.", mapped.len(), self.rows.len());
        if !open.is_empty() {
            text = format!("{text} {} not mapped, {}.", open.len(), used(&open));
        }
        if !broken.is_empty() {
            text = format!("{text} {} to look at, {}.", broken.len(), used(&broken));
        }
        text
    }

    /// How many suggestions are exact.
    pub fn exact(&self) -> usize {
        let suggestions = self.rows.iter().filter_map(|row| row.suggestion.as_ref());
        suggestions.filter(|suggestion| suggestion.exact).count()
    }

    /// `Accept 38 exact matches`
    pub fn accept_all(&self) -> String {
        let count = self.exact();
        format!("Accept {count} exact {}", if count == 1 { "match" } else { "matches" })
    }

    /// Whether the filter lets a row be seen. What is wrong is always seen, so that the error summary can lead to it.
    pub fn shows(&self, row: &MapRow) -> bool {
        row.select.error.is_some() || self.filter.shows(row)
    }

    /// `12 of 64 shown.`, after what the tool did; nothing where all are.
    pub fn status(&self) -> String {
        let shown = self.rows.iter().filter(|row| self.shows(row)).count();
        let count = if shown == self.rows.len() {
            String::new()
        } else {
            format!("{shown} of {} shown.", self.rows.len())
        };
        [self.outcome.as_str(), &count].join(" ").trim().to_owned()
    }

    /// The choices of the filter by state.
    pub fn states(&self) -> Vec<Choice> {
        let all = Choice { value: String::new(), label: "All".to_owned(), selected: false };
        let states = [MapState::Mapped, MapState::Suggested, MapState::NotMapped, MapState::NeedsAttention];
        let choice = |state: MapState| Choice {
            value: state.key().to_owned(),
            label: state.to_string(),
            selected: self.filter.state == state.key(),
        };
        [all].into_iter().chain(states.map(choice)).collect()
    }
}

impl MapFilter {
    fn shows(&self, row: &MapRow) -> bool {
        let text = format!("{} {}", row.label, row.target()).to_lowercase();
        self.search.to_lowercase().split_whitespace().all(|word| text.contains(word))
            && self.shows_state(row.state)
            && (!self.changed || row.changed)
    }

    fn shows_state(&self, state: MapState) -> bool {
        let is_known = ["mapped", "suggested", "unmapped", "attention"].contains(&self.state.as_str());
        !is_known || self.state == state.key() || (self.state == "unmapped" && state == MapState::Suggested)
    }
}

impl MapState {
    /// The state in addresses and forms. A suggested row is not mapped either.
    pub fn key(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Suggested => "suggested",
            Self::NotMapped => "unmapped",
            Self::NeedsAttention => "attention",
        }
    }

    /// The state as it is shown.
    pub fn tag(self) -> Tag {
        let tone = match self {
            Self::Mapped => Tone::Ok,
            Self::Suggested => Tone::Info,
            Self::NotMapped | Self::NeedsAttention => Tone::Warn,
        };
        Tag::new(tone, self.to_string())
    }
}

impl fmt::Display for MapState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mapped => "Mapped",
            Self::Suggested => "Suggested",
            Self::NotMapped => "Not mapped",
            Self::NeedsAttention => "Needs attention",
        })
    }
}

impl MapRow {
    /// A row that is not mapped yet. `index` is its place in the form and gives it its names.
    pub fn new(index: u32, category: impl Into<String>, label: impl Into<String>, products: u64) -> Self {
        let name = format!("category_map[rows][{index}][autotask_category]");
        Self {
            category: category.into(),
            label: label.into(),
            select: Select::new(name, "Autotask category").optional().prompt("Not mapped"),
            products,
            state: MapState::NotMapped,
            suggestion: None,
            saved: String::new(),
            changed: false,
            selected: false,
            index,
        }
    }

    /// The name that posts the row's category.
    pub fn category_name(&self) -> String {
        self.select.name.replace("[autotask_category]", "[category]")
    }

    /// The name of its box, which counts for the tools alone.
    pub fn box_name(&self) -> String {
        format!("map_tools[selected][{}]", self.index)
    }

    /// Its place in the form.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The Autotask category that its control shows.
    fn target(&self) -> &str {
        let chosen = self.select.options.iter().find(|choice| choice.selected);
        let typed = self.select.typed.as_ref().map(|typed| typed.value.as_str());
        typed.or(chosen.map(|choice| choice.label.as_str())).unwrap_or_default()
    }
}
