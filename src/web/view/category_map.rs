//! The part *Map your product categories to Autotask* of the Opportunities page.

use super::{
    fields::Select,
    parts::{Tag, Tone},
};

/// The table of *Map your product categories to Autotask*.
#[derive(Clone, Debug)]
pub struct MapTable {
    /// How far it is: `61 of 64 mapped. 3 not mapped, used by 12 products.`
    pub summary: String,
    /// `category_map[fallback]`: where a category goes that no row names.
    pub fallback: Select,
    /// One row a category.
    pub rows: Vec<MapRow>,
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
    /// Mapped, Suggested, Not mapped or Needs attention.
    pub state: Tag,
}

impl Default for MapTable {
    fn default() -> Self {
        Self {
            summary: String::new(),
            fallback: Select::new("category_map[fallback]", "Any category that is not mapped below")
                .optional()
                .prompt("None: hold the quote")
                .hint("With a category chosen here, a new product category never holds a quote."),
            rows: Vec::new(),
        }
    }
}

impl MapRow {
    /// A row that is not mapped yet. `index` counts the rows from 0 and gives the row its names.
    pub fn new(index: usize, category: impl Into<String>, label: impl Into<String>, products: u64) -> Self {
        let name = format!("category_map[rows][{index}][autotask_category]");
        Self {
            category: category.into(),
            label: label.into(),
            select: Select::new(name, "Autotask category").prompt("Not mapped"),
            products,
            state: Tag::new(Tone::Warn, "Not mapped"),
        }
    }

    /// The name that posts the row's category.
    pub fn category_name(&self) -> String {
        self.select.name.replace("[autotask_category]", "[category]")
    }
}
