//! Numbers in a source's records whose meaning is looked up.

/// A field that holds such numbers.
#[derive(Clone, Copy, Debug)]
pub struct CodeField {
    /// Record and field, as the source calls them.
    pub name: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
    /// Where an administrator sees what a number stands for, in a whole sentence.
    pub seen: &'static str,
    /// What a number can mean.
    pub meanings: &'static [Meaning],
    /// The numbers whose meaning is known.
    pub presets: &'static [Preset],
}

/// Something that a number can mean.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// Its word in the settings.
    pub word: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
}

/// A number whose meaning is known.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// The number.
    pub code: i64,
    /// The meaning's word.
    pub word: &'static str,
    /// How sure that is, in a whole sentence.
    pub sure: &'static str,
}

impl CodeField {
    /// What a number is kept under in the settings: `quote.status 3`.
    pub fn key(&self, code: i64) -> String {
        format!("{} {code}", self.name)
    }

    /// The number that a key of the settings is about; `None` where it is about another field, or about none.
    pub fn code(&self, key: &str) -> Option<i64> {
        key.strip_prefix(self.name)?.strip_prefix(' ')?.parse().ok()
    }

    /// What is known of a number.
    pub fn preset(&self, code: i64) -> Option<&'static Preset> {
        self.presets.iter().find(|preset| preset.code == code)
    }
}
