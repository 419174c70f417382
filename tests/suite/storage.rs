//! What the database does with everything that `opportune::db` can ask of it, the same on SQLite and Postgres.

mod accounts;
mod backfill;
mod catalogue;
mod connections;
mod documents;
mod history;
mod items;
mod limits;
mod lists;
mod ops;
mod polls;
mod queue;
mod reconciles;
mod repairs;
mod routes;
mod settings;
mod steps;
mod stops;
mod turns;
mod workers;

use std::{fs, path::Path};

use opportune::{
    clock::Clock,
    db::{self, Db},
    domain::{
        document::Document,
        ids::{DocumentId, PushId, TenantId},
        intake,
        route::Sync,
    },
};
use serde_json::json;
use syn::{ImplItem, Item, Visibility};
use uuid::Uuid;

use crate::harness::{Database, on_both};

/// A database with two tenants: `tenant` is used, `other` must never see anything of it.
struct Fixture {
    db: Db,
    tenant: TenantId,
    other: TenantId,
}

fn id() -> Uuid {
    Clock::system().new_id()
}

/// A quote of that number, as it comes in.
fn quote(number: &str) -> Document {
    let body = json!({
        "title": "Office refresh", "status": "open", "currency": "USD", "created_at": "2026-11-23T09:00:00Z",
        "customer": { "id": "55", "name": "Northwind Traders" },
    });
    intake::quote(number, &body).unwrap()
}

impl Fixture {
    async fn open(database: &Database) -> Self {
        let fixture = Self {
            db: Db::open(&database.url).await.unwrap(),
            tenant: TenantId(id()),
            other: TenantId(id()),
        };
        let mut tx = fixture.db.write().await.unwrap();
        for (tenant, name) in [(fixture.tenant, "Ours"), (fixture.other, "Theirs")] {
            db::add_tenant(&mut tx, tenant, name, 1).await.unwrap();
        }
        tx.commit().await.unwrap();
        fixture
    }

    /// A stored quote.
    async fn document(&self, number: &str) -> DocumentId {
        self.document_of(self.tenant, number).await
    }

    async fn document_of(&self, tenant: TenantId, number: &str) -> DocumentId {
        let document = DocumentId(id());
        let mut tx = self.db.write().await.unwrap();
        db::add_document(&mut tx, tenant, document, &quote(number), b"hash", 10).await.unwrap();
        tx.commit().await.unwrap();
        document
    }

    /// A quote whose push is due at `run_at`.
    async fn push(&self, number: &str, run_at: i64) -> PushId {
        self.push_of(self.tenant, number, run_at).await
    }

    async fn push_of(&self, tenant: TenantId, number: &str, run_at: i64) -> PushId {
        let (document, push) = (self.document_of(tenant, number).await, PushId(id()));
        let mut tx = self.db.write().await.unwrap();
        db::add_push(&mut tx, tenant, document, push, Sync::Opportunities, "created", run_at).await.unwrap();
        tx.commit().await.unwrap();
        push
    }
}

on_both! {
    async fn it_answers_and_opening_it_again_keeps_everything(db) {
        let fixture = Fixture::open(db).await;
        fixture.db.ping().await.unwrap();
        let again = Db::open(&db.url).await.unwrap();
        let mut tx = again.read().await.unwrap();
        assert_eq!(db::find_tenant(&mut tx, "Ours").await.unwrap(), Some(fixture.tenant));
        assert_eq!(db::find_tenant(&mut tx, "Nobody").await.unwrap(), None);
    }

    async fn the_server_tells_the_time(db) {
        let fixture = Fixture::open(db).await;
        let time = fixture.db.time().await.unwrap();
        assert_eq!(time.is_some(), db.url.starts_with("postgres"));
        assert!(time.is_none_or(|at| (at - Clock::system().now()).abs() < 600_000), "{time:?}");
    }

    async fn what_is_not_committed_is_gone(db) {
        let fixture = Fixture::open(db).await;
        let mut tx = fixture.db.write().await.unwrap();
        db::add_brand(&mut tx, fixture.tenant, "Acme", 1).await.unwrap();
        drop(tx);
        let mut tx = fixture.db.read().await.unwrap();
        assert_eq!(db::brands(&mut tx, fixture.tenant).await.unwrap(), Vec::<String>::new());
    }

    async fn one_process_is_the_worker_of_a_sqlite_file(db) {
        let (first, second) = (Db::open(&db.url).await.unwrap(), Db::open(&db.url).await.unwrap());
        let held = first.sole_worker().unwrap();
        if held.is_some() {
            let sentence = second.sole_worker().unwrap_err().to_string();
            assert!(sentence.starts_with("Another process already runs the worker on this SQLite file."), "{sentence}");
            drop(held);
            assert!(second.sole_worker().unwrap().is_some());
        } else {
            assert!(db.url.starts_with("postgres"));
            assert!(second.sole_worker().unwrap().is_none());
        }
    }
}

#[tokio::test]
async fn other_addresses_are_refused_with_what_they_must_be() {
    let refused = Db::open("mysql://localhost").await.unwrap_err();
    assert_eq!(refused.to_string(), "DATABASE_URL must begin with sqlite:// or postgres://");
}

/// Every function that `db` offers is called somewhere in this suite's storage tests.
#[test]
fn every_function_of_db_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |folder: &str| -> Vec<String> {
        let files = fs::read_dir(root.join(folder)).unwrap();
        files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    };
    let mut tests = read("tests/suite/storage");
    tests.push(fs::read_to_string(root.join("tests/suite/storage.rs")).unwrap());
    let tests = tests.join("\n");
    let calls: Vec<String> = read("src/db").iter().flat_map(|text| public_calls(text)).collect();
    assert!(calls.len() > 50, "only {} functions were found", calls.len());
    let untested: Vec<&String> = calls.iter().filter(|call| !tests.contains(call.as_str())).collect();
    assert!(untested.is_empty(), "no storage test calls {untested:?}");
}

/// How the public functions and methods of a file look where they are called.
fn public_calls(text: &str) -> Vec<String> {
    let is_public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let mut calls = Vec::new();
    for item in syn::parse_file(text).unwrap().items {
        match item {
            Item::Fn(function) if is_public(&function.vis) => {
                calls.push(format!("db::{}(", function.sig.ident));
            }
            Item::Impl(block) if block.trait_.is_none() => {
                let methods = block
                    .items
                    .iter()
                    .filter_map(|item| if let ImplItem::Fn(method) = item { Some(method) } else { None });
                calls.extend(methods.filter(|method| is_public(&method.vis)).map(|method| {
                    let joint = if method.sig.receiver().is_some() { "." } else { "::" };
                    format!("{joint}{}(", method.sig.ident)
                }));
            }
            _ => {}
        }
    }
    calls
}
