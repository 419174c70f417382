//! The documents that arrive while the demo runs.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use serde::Deserialize;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::{
    domain::{
        document::{Document, Kind},
        ids::TenantId,
        intake,
    },
    error::{Error, Result},
    service::Services,
};

const DOCUMENTS: &str = include_str!("documents.json");

#[derive(Deserialize)]
struct Arrival {
    after_ms: u64,
    kind: Kind,
    number: String,
    document: Value,
}

impl Arrival {
    fn read(&self) -> Result<Document> {
        let read = match self.kind {
            Kind::Quote => intake::quote(&self.number, &self.document),
            Kind::Sale => intake::sale(&self.number, &self.document),
        };
        read.map_err(Error::from)
    }
}

fn arrivals() -> Result<Vec<Arrival>> {
    serde_json::from_str(DOCUMENTS).map_err(Error::internal)
}

/// The brands and categories that the documents will name, so that they can be mapped from the start.
pub async fn add_catalogue(services: &Services, tenant: TenantId) -> Result<()> {
    let (mut categories, mut brands) = (BTreeSet::new(), BTreeSet::new());
    for arrival in arrivals()? {
        let (more_categories, more_brands) = arrival.read()?.content.catalogue();
        categories.extend(more_categories);
        brands.extend(more_brands);
    }
    services.add_catalogue(tenant, &categories, &brands).await
}

/// Lets the documents arrive, each at its time after the start. How far it came is kept in `progress`, so that a
/// later start does not send old states again.
pub async fn run(services: &Services, tenant: TenantId, progress: &Path, stop: &CancellationToken) {
    if let Err(error) = try_run(services, tenant, progress, stop).await {
        tracing::error!(%error, "the demo's documents stopped arriving");
    }
}

async fn try_run(
    services: &Services,
    tenant: TenantId,
    progress: &Path,
    stop: &CancellationToken,
) -> Result<()> {
    let arrivals = arrivals()?;
    let arrived: usize =
        fs::read_to_string(progress).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    let before = arrivals.get(arrived).map_or(0, |arrival| arrival.after_ms);
    let start = Instant::now();
    for (index, arrival) in arrivals.iter().enumerate().skip(arrived) {
        let at = start + Duration::from_millis(arrival.after_ms - before);
        tokio::select! {
            () = sleep_until(at) => {}
            () = stop.cancelled() => return Ok(()),
        }
        services.receive(tenant, &arrival.read()?).await?;
        fs::write(progress, (index + 1).to_string()).map_err(Error::internal)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_can_be_read() {
        let arrivals = arrivals().unwrap();
        let quotes: BTreeSet<_> = arrivals
            .iter()
            .filter(|arrival| arrival.kind == Kind::Quote)
            .map(|arrival| &arrival.number)
            .collect();
        assert!(quotes.len() >= 40, "{} quotes", quotes.len());
        for arrival in &arrivals {
            arrival.read().unwrap_or_else(|error| panic!("{}: {error:?}", arrival.number));
        }
        assert!(arrivals.is_sorted_by_key(|arrival| arrival.after_ms));
    }
}
