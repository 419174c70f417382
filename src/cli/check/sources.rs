//! What `opportune check` says of the systems that a tenant's quotes are read from.

use super::Item;
use crate::{
    domain::ids::TenantId,
    error::Result,
    service::{
        Services,
        checklist::Outcome,
        sources::{SourceState, SourceView},
    },
};

/// A test of each source that is connected, how reading it goes, and the codes that nobody said the meaning of.
pub(super) async fn items(services: &Services, tenant: TenantId, of: &str) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for word in services.source_words() {
        if !services.source_view(tenant, word).await?.is_connected() {
            continue;
        }
        let list = services.test_source(tenant, word).await?;
        let view = services.source_view(tenant, word).await?;
        let name = view.facts.name;
        for line in list.lines {
            let took_ms = line.took_ms;
            let item = Item::new(&format!("{name}: {}", line.label), line.outcome, line.sentence, line.fix);
            items.push(Item { took_ms, ..item });
        }
        items.push(reading(&view));
        items.push(codes(&view));
    }
    Ok(items.into_iter().map(|item| Item { tenant: Some(of.to_owned()), ..item }).collect())
}

fn reading(view: &SourceView) -> Item {
    let label = format!("{}: reading", view.facts.name);
    match (&view.state, &view.error) {
        (SourceState::Refused | SourceState::Failing, Some(error)) => {
            Item::new(&label, Outcome::Failed, error.clone(), view.fix.clone().unwrap_or_default())
        }
        (SourceState::Paused, _) => {
            let fix = format!("Go on with it on the page /apps/{}.", view.facts.word);
            Item::new(&label, Outcome::Warning, "It is paused.", fix)
        }
        (SourceState::Importing, _) => {
            Item::new(&label, Outcome::Passed, "What is there is being read for the first time.", "")
        }
        _ => Item::new(&label, Outcome::Passed, "It is read.", ""),
    }
}

fn codes(view: &SourceView) -> Item {
    let label = format!("{}: codes", view.facts.name);
    let unknown = view.unknown_codes();
    if unknown.is_empty() {
        return Item::new(&label, Outcome::Passed, "Every code that quotes and sales carry is known.", "");
    }
    let names: Vec<_> = unknown.iter().map(|(field, seen)| field.key(seen.code)).collect();
    let held: usize = unknown.iter().map(|(_, seen)| seen.held).sum();
    let outcome = if held > 0 { Outcome::Warning } else { Outcome::Passed };
    let sentence = format!("Not known: {}. Quotes and sales that are held for it: {held}.", names.join(", "));
    let fix = format!("Say what they mean on the page /apps/{}.", view.facts.word);
    Item::new(&label, outcome, sentence, fix)
}
