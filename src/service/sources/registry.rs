//! The systems that quotes are read from.

use std::sync::Arc;

use crate::{config::Config, domain::source::Source, error::Result, quote_manager::QuoteManager};

/// Every source of this program.
#[derive(Clone, Debug)]
pub struct Sources(Arc<[Arc<dyn Source>]>);

impl Sources {
    /// All of them, at the addresses that are configured.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Self(Arc::new([Arc::new(QuoteManager::new(&config.quote_manager_url)?)])))
    }

    /// The source of that word.
    pub fn get(&self, word: &str) -> Option<Arc<dyn Source>> {
        self.iter().find(|source| source.facts().word == word).cloned()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Source>> {
        self.0.iter()
    }
}
