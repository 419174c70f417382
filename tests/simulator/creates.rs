//! Many creates, of which every fifth has an outcome that nobody told, and takes effect up to five minutes later; what is
//! new is not found at once. In the end everything is there, and nothing twice (reliability R3).

use opportune::{clock::Millis, emulator::Op};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    ground::Ground,
    story::{Line, Version},
    world::{Kind, World},
};

/// Creates of a quote: opportunity, location, quote, product, and its items.
const OF_A_QUOTE: u64 = 8;
/// Quotes come in one after the other.
const BETWEEN: Millis = 2_000;

/// Makes at least so many creates, and says what is wrong afterwards.
pub async fn run(ground: &Ground, creates: u64, seed: u64) -> Vec<String> {
    let mut world = World::open(ground, StdRng::seed_from_u64(seed), Kind::Creates).await;
    let quotes: Vec<Version> = (0..creates.div_ceil(OF_A_QUOTE)).map(quote).collect();
    let mut wrong = world.send_all(quotes).await;
    let log = world.autotask.log();
    let is_create = |op: Option<Op>| op == Some(Op::Create);
    let made = log.iter().filter(|entry| is_create(entry.effect.as_ref().map(|effect| effect.op))).count();
    let unknown = world.network.unknown();
    eprintln!(
        "{made} creates took effect, {unknown} had no outcome, {} s of virtual time",
        world.elapsed() / 1_000
    );
    if u64::try_from(made).unwrap() < creates || unknown * 8 < creates {
        wrong.push("there was too little to go wrong".to_owned());
    }
    world.end();
    wrong
}

fn quote(nth: u64) -> Version {
    let line = |kind, name| Line { kind, name, quantity: 2, price: 50 };
    let lines = vec![
        line("product", format!("Sim product of {nth}")),
        line("recurring_service", format!("Sim service {}", nth % 20)),
        line("service", "Sim setup".to_owned()),
        line("service", "Sim travel".to_owned()),
    ];
    let at = BETWEEN * Millis::try_from(nth).unwrap();
    Version { at, number: format!("S-{nth}"), status: "open", title: "Office refresh".to_owned(), lines }
}
