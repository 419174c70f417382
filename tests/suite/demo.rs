//! `opportune demo`: what somebody makes in Quote Manager is read there, and arrives at Autotask.

use std::{net::SocketAddr, path::Path, time::Duration};

use opportune::{
    config::WorkerConfig,
    demo::{Demo, Facts, Options},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::harness::{Database, Reply, http};

/// Far beyond what it takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A demo that runs until it is stopped.
struct Running {
    facts: Facts,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Running {
    async fn start(folder: &Path, change: impl FnOnce(&mut Options)) -> Self {
        let url = format!("sqlite://{}", folder.join("opportune.db").display());
        let mut config = Database { url, folder: tempfile::tempdir().unwrap() }.config();
        config.key_file = None;
        config.worker = WorkerConfig { source_minute: Duration::from_millis(100), ..config.worker };
        let mut options = Options {
            data_dir: folder.to_owned(),
            emulator_listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            emulator_url: None,
            fresh: false,
            no_quotes: false,
        };
        change(&mut options);
        let demo = Demo::open(config, &options).await.unwrap();
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let running = Self { facts: demo.facts.clone(), stop: stop.clone(), tasks: tasks.clone() };
        tasks.spawn(async move { demo.run(stop).await.unwrap() });
        running
    }

    async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn get(&self, address: String) -> Value {
        Reply::of(http().get(address).bearer_auth(&self.facts.token)).await.body
    }

    /// The titles of the opportunities in Autotask.
    async fn opportunities(&self) -> Vec<String> {
        let rows = self.get(format!("{}/_emulator/entities/Opportunities", self.facts.emulator)).await;
        rows.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The rows of Quote Manager.
    async fn rows(&self, resource: &str) -> Vec<Value> {
        let rows = self.get(format!("{}/_quote_manager/entities/{resource}", self.facts.quote_manager)).await;
        rows.as_array().unwrap().clone()
    }

    async fn pushes(&self) -> Vec<Value> {
        let pushes = self.get(format!("{}/api/v1/pushes", self.facts.web)).await;
        pushes["pushes"].as_array().unwrap().clone()
    }

    async fn until_there_is(&self, number: &str) {
        let arrives = async {
            while !self.opportunities().await.iter().any(|title| title.starts_with(number)) {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, arrives).await.unwrap_or_else(|_| panic!("{number} does not arrive"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_come_through_quote_manager_and_the_next_start_goes_on() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let demo = Running::start(folder.path(), |_| ()).await;
    demo.until_there_is("Q-10402 ").await;
    let made = demo.rows("quote").await.into_iter().find(|row| row["quoteNumber"] == "Q-10401").unwrap();
    let (token, first) = (demo.facts.token.clone(), demo.rows("quote").await.len());
    demo.stop().await;

    let demo = Running::start(folder.path(), |_| ()).await;
    assert_eq!(demo.facts.token, token);
    assert!(demo.rows("quote").await.len() >= first, "what was there is gone");
    demo.until_there_is("Q-10407 ").await;
    let titles = demo.opportunities().await;
    for number in ["Q-10401 ", "Q-10402 ", "Q-10403 "] {
        assert_eq!(
            titles.iter().filter(|title| title.starts_with(number)).count(),
            1,
            "{number}: {titles:?}"
        );
    }
    let again = demo.rows("quote").await.into_iter().find(|row| row["quoteNumber"] == "Q-10401").unwrap();
    assert_eq!(again["createdDate"], made["createdDate"]);
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_demo_reads_nothing_until_somebody_connects_it() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let demo = Running::start(folder.path(), |options| options.fresh = true).await;
    let made = async {
        while demo.rows("quote").await.is_empty() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, made).await.unwrap();
    assert_eq!(demo.get(format!("{}/_quote_manager/log", demo.facts.quote_manager)).await, "");
    assert_eq!(demo.pushes().await, Vec::<Value>::new());
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_another_autotask_quote_manager_is_still_the_demos_own() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let other = Running::start(folder.path(), |options| options.no_quotes = true).await;
    let (mine, autotask) = (tempfile::tempdir().unwrap(), other.facts.emulator.clone());
    let demo = Running::start(mine.path(), |options| options.emulator_url = Some(autotask.clone())).await;
    assert_eq!(demo.facts.emulator, autotask);
    assert_ne!(demo.facts.quote_manager, autotask);
    demo.until_there_is("Q-10401 ").await;
    assert_eq!(other.rows("quote").await, Vec::<Value>::new());
    demo.stop().await;
    other.stop().await;
}
