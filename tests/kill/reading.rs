//! Reading a source in processes that are killed: every quote arrives once, as it is there.

use std::{collections::BTreeSet, time::Duration};

use opportune::{
    domain::{author::Author, document::Kind, ids::TenantId},
    emulator::QUOTE_MANAGER_KEY,
    service::sources::{
        SourceConnected,
        settings::{SourceForm, SourceSaved},
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use tokio::time::sleep;

use crate::{common::Rig, processes::Processes, quotes::until};

const SOURCE: &str = "quote-manager";
/// Tenants that read the same instance, each within limits of its own.
const TENANTS: usize = 12;
/// Quotes of that instance.
const QUOTES: i64 = 8;

/// Puts quotes of two sections with a product that is known and one that is not there.
pub fn fill(rig: &Rig, quotes: i64) {
    let shop = rig.emulator.quote_manager();
    shop.set_limits(opportune::emulator::quote_manager::Limits {
        minute: 100_000,
        day: 1_000_000,
        retry_after: true,
    });
    shop.put("customer", json!({ "id": 55, "name": "Northwind Traders" })).unwrap();
    shop.put("product", json!({ "id": 801, "productNumber": "CBL-1", "title": "HDMI cable" })).unwrap();
    for id in 1..=quotes {
        for section in [id * 10, id * 10 + 1] {
            shop.put("quotesection", json!({ "id": section, "quoteID": id, "lineNumber": section })).unwrap();
            let line = json!({ "id": section * 10, "quoteSectionID": section, "lineNumber": 1, "title": "Part",
                "productID": if section % 2 == 0 { 801 } else { 999 }, "quantity": id, "price": 11.5 });
            shop.put("quoteline", line).unwrap();
        }
        let quote = json!({ "id": id, "quoteNumber": format!("QO{id}"), "title": "Kill test", "status": 1, "customerID": 55 });
        shop.put("quote", quote).unwrap();
    }
}

/// A tenant that is connected to the source and to nothing else.
pub async fn connect(rig: &Rig, name: &str) -> TenantId {
    let tenant = rig.services.add_tenant(name).await.unwrap();
    let view = rig.services.source_view(tenant, SOURCE).await.unwrap();
    let mut form = SourceForm { settings: view.settings, ..SourceForm::default() };
    form.settings.currency = Some("USD".to_owned());
    let saved = rig.services.save_source_settings(tenant, SOURCE, &Author::SYSTEM, &form).await.unwrap();
    assert!(matches!(saved, SourceSaved::Done { .. }), "{saved:?}");
    let key = QUOTE_MANAGER_KEY.into();
    let connected = rig.services.save_source_connection(tenant, SOURCE, None, &key).await.unwrap();
    assert!(matches!(connected, SourceConnected::Done(_)), "{connected:?}");
    tenant
}

/// Whether a tenant has every quote whole.
async fn has_all(rig: &Rig, tenant: TenantId, quotes: i64) -> bool {
    for id in 1..=quotes {
        let found = rig.services.document(tenant, Kind::Quote, &format!("QO{id}")).await;
        let Ok(stored) = found else { return false };
        let lines: BTreeSet<String> = stored.document.content.lines.into_iter().map(|line| line.id).collect();
        assert_eq!(lines, BTreeSet::from([format!("{}", id * 100), format!("{}", id * 100 + 10)]), "QO{id}");
        assert_eq!(stored.version, 1, "QO{id} was taken in once");
    }
    let view = rig.services.source_view(tenant, SOURCE).await.unwrap();
    view.read_at.is_some() && view.documents[0].waiting == 0
}

/// Waits until every tenant with a source has everything.
pub async fn until_all_read(rig: &Rig, quotes: i64) {
    for (tenant, _) in rig.services.tenants(None).await.unwrap() {
        let view = rig.services.source_view(tenant, SOURCE).await.unwrap();
        if view.connection.is_some() {
            until("a source is read", async || has_all(rig, tenant, quotes).await).await;
        }
    }
}

/// Kills the process at random moments while several tenants read everything.
pub async fn kill_at_random(rig: &Rig, kills: usize) {
    fill(rig, QUOTES);
    let mut rng = StdRng::seed_from_u64(1);
    let mut tenants = Vec::with_capacity(TENANTS);
    for nth in 0..TENANTS {
        tenants.push(connect(rig, &format!("Source {nth}")).await);
    }
    let shop = rig.emulator.quote_manager();
    let (begun, all) = (shop.log().len(), TENANTS * (9 + 1 + usize::try_from(QUOTES).unwrap() * 3));
    let mut processes = Processes::start(rig, 1);
    for kill in 0..kills {
        let share = begun + all * (kill + 1) / (kills + 2);
        until("calls are made", async || shop.log().len() >= share).await;
        sleep(Duration::from_micros(rng.random_range(0..30_000))).await;
        processes.kill(0);
    }
    for tenant in &tenants {
        until("everything is read", async || has_all(rig, *tenant, QUOTES).await).await;
    }
    let calls = shop.log().len() - begun;
    assert!(
        calls <= all + 2 * TENANTS * 5 + kills * 2,
        "{calls} calls where {all} would do: much was read again"
    );
    eprintln!(
        "{TENANTS} tenants with {QUOTES} quotes each, {kills} kills: {calls} calls, {all} without kills"
    );
}
