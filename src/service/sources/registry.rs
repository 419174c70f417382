//! The systems that quotes are read from.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Millis, config::Config, domain::source::Source, error::Result, quote_manager::QuoteManager,
};

/// Every source of this program.
#[derive(Clone, Debug)]
pub struct Sources {
    all: Arc<[Arc<dyn Source>]>,
    /// How long a minute is: of how often a source is read, and of what it takes within one.
    pub(super) minute: Millis,
    /// How long a job stays with a worker that says nothing; one call takes a quarter of it.
    pub(super) lease: Millis,
}

impl Sources {
    /// All of them, at the addresses that are configured.
    ///
    /// # Errors
    /// When the machine offers no TLS.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            all: Arc::new([Arc::new(QuoteManager::new(&config.quote_manager_url)?)]),
            minute: millis(config.worker.source_minute),
            lease: millis(config.worker.lease),
        })
    }

    /// The source of that word.
    pub fn get(&self, word: &str) -> Option<Arc<dyn Source>> {
        self.iter().find(|source| source.facts().word == word).cloned()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Source>> {
        self.all.iter()
    }
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
