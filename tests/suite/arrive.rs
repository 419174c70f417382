//! Quotes and sales on their way from Quote Manager to the documents: everything that the table of cases knows, through
//! the stand-in and over HTTP.
//!
//! `ARRIVE_QUOTES=2000` runs the long form, with a quarter as many sales; `ARRIVE_HOURS=24` a whole day at the limits.

mod copies;
mod day;
mod table;

use std::collections::BTreeMap;

use opportune::{
    domain::author::Author,
    emulator::{QUOTE_MANAGER_KEY, QuoteManager},
    service::sources::{
        SourceConnected, SourceView,
        settings::{SourceForm, SourceSaved},
        view::SourceState,
    },
};

use crate::harness::{MINUTE, TestApp};

const SOURCE: &str = "quote-manager";

/// A tenant that reads Quote Manager; nothing is sent to Autotask.
pub(super) struct Reader<'a> {
    app: &'a TestApp,
    manager: QuoteManager,
}

impl<'a> Reader<'a> {
    pub(super) fn new(app: &'a TestApp) -> Self {
        Self { app, manager: app.autotask.quote_manager() }
    }

    /// Says what numbers mean.
    pub(super) async fn explain(&self, codes: BTreeMap<String, String>) {
        let view = self.view().await;
        let mut form =
            SourceForm { revision: view.revision, settings: view.settings, ..SourceForm::default() };
        form.settings.codes = codes;
        let services = &self.app.services;
        let saved =
            services.save_source_settings(self.app.tenant, SOURCE, &Author::SYSTEM, &form).await.unwrap();
        assert!(matches!(saved, SourceSaved::Done { .. }), "{saved:?}");
    }

    pub(super) async fn connect(&self) {
        let services = &self.app.services;
        let connected = services
            .save_source_connection(self.app.tenant, SOURCE, None, &QUOTE_MANAGER_KEY.into())
            .await
            .unwrap();
        assert!(matches!(connected, SourceConnected::Done(_)), "{connected:?}");
    }

    pub(super) async fn view(&self) -> SourceView {
        self.app.services.source_view(self.app.tenant, SOURCE).await.unwrap()
    }

    /// Lets minutes pass, with whatever is due in each.
    pub(super) async fn minutes(&self, count: i64) {
        for _ in 0..count {
            self.app.after(MINUTE).await;
        }
    }

    /// Lets minutes pass until everything is read that is there now; how many it took.
    pub(super) async fn until_read(&self) -> i64 {
        let start = self.app.clock.now();
        for minutes in 1..100_000 {
            self.minutes(1).await;
            let view = self.view().await;
            let is_whole = view.documents.iter().all(|count| count.waiting == 0);
            if view.state == SourceState::Reading && is_whole && view.read_at.is_some_and(|at| at > start) {
                return minutes;
            }
        }
        panic!("it is never read to its end: {:?}", self.view().await);
    }

    /// The calls that were made while something was done.
    pub(super) async fn calls(&self, done: impl AsyncFnOnce()) -> usize {
        let before = self.manager.log().last().map_or(0, |entry| entry.n);
        done().await;
        self.manager.log().iter().filter(|entry| entry.n > before).count()
    }

    /// Fails if the limits were passed at any time.
    pub(super) fn check_limits(&self) {
        let usage = self.manager.usage();
        assert!(usage.most_in_a_minute <= 60 && usage.most_in_a_day <= 20_000, "{usage:?}");
        assert_eq!(usage.refused, 0, "{usage:?}");
    }
}
