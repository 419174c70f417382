//! A quote that ends every process that works on it.

use std::os::unix::process::ExitStatusExt;

use opportune::{db, domain::hold::Hold};

use crate::{
    common::Rig,
    processes::{self, SIGABRT},
    quotes::{count, quote, send, until},
};

/// Quotes before and after the one that is poison.
const OTHERS: usize = 20;
const LINES: usize = 4;

/// Processes are started again whenever they die. Three deaths, and the quote is held; the others are sent.
pub async fn is_held(rig: &Rig, processes: usize) {
    let send = async |nth: usize| send(rig, &format!("K-{nth}"), &quote(nth, LINES)).await;
    for nth in 0..OTHERS / 2 {
        send(nth).await;
    }
    let poison = send(OTHERS).await;
    for nth in OTHERS / 2..OTHERS {
        send(nth).await;
    }
    let start = || processes::start(rig, &format!("search.answered:opportunity:{poison}"));
    let mut workers: Vec<_> = (0..processes).map(|_| start()).collect();
    let mut deaths = 0;
    until("everything is sent or held", async || {
        for worker in &mut workers {
            if let Some(status) = worker.0.try_wait().unwrap() {
                assert_eq!(status.signal(), Some(SIGABRT));
                deaths += 1;
                *worker = start();
            }
        }
        states(rig).await == [("held".to_owned(), 1), ("sent".to_owned(), OTHERS)]
    })
    .await;
    assert_eq!(deaths, 3);
    let mut tx = rig.services.db.read().await.unwrap();
    let held = db::held_pushes(&mut tx, rig.tenant).await.unwrap();
    assert_eq!(held, [(poison, serde_json::to_string(&Hold::Crashed).unwrap())]);
    let titles = count(rig, "Opportunities", "title");
    assert!((0..OTHERS).all(|nth| titles.get(&format!("K-{nth} Kill test")) == Some(&1)), "{titles:?}");
    assert_eq!(rig.emulator.entities("QuoteItems").len(), OTHERS * LINES);
}

async fn states(rig: &Rig) -> Vec<(String, usize)> {
    let mut tx = rig.services.db.read().await.unwrap();
    let counts = db::push_counts(&mut tx, rig.tenant).await.unwrap();
    counts.into_iter().map(|count| (count.state, usize::try_from(count.count).unwrap())).collect()
}
