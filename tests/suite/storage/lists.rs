//! Lists, their refreshes and the history.

use opportune::{
    db::{self, ConnectionRow, Progress, RefreshEnd},
    domain::{
        ids::TenantId,
        list_changes::{Entry, Placed},
        lists::{List, ListOption},
    },
};
use serde_json::json;

use super::{Fixture, id};
use crate::harness::on_both;

fn option(value: i64, label: &str) -> ListOption {
    ListOption {
        value,
        label: label.to_owned(),
        detail: Some(format!("detail of {label}")),
        parent: None,
        active: true,
    }
}

async fn connect(f: &Fixture, tenant: TenantId, at: i64) {
    let row = ConnectionRow {
        discovery_url: "https://one.example".to_owned(),
        user_name: "api".to_owned(),
        integration_code: "CODE".to_owned(),
        secret_sealed: "sealed".to_owned(),
        currency: "USD".to_owned(),
        zone_url: None,
        web_url: None,
        company_id: None,
        company_name: None,
        secret_saved_at: None,
        secret_saved_by: None,
        tested_at: None,
        checklist: None,
    };
    let mut tx = f.db.write().await.unwrap();
    db::put_connection(&mut tx, tenant, &row, at).await.unwrap();
    tx.commit().await.unwrap();
}

on_both! {
    async fn options_are_added_and_replaced_by_their_values(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let first = [(1, option(1, "One")), (0, option(2, "Two"))];
        db::put_options(&mut tx, f.tenant, List::Stages, &first, 1).await.unwrap();
        db::put_options(&mut tx, f.tenant, List::Statuses, &[(0, option(1, "Active"))], 1).await.unwrap();
        let sub = ListOption { parent: Some(2), detail: None, active: false, ..option(1, "First") };
        db::put_options(&mut tx, f.tenant, List::Stages, &[(3, sub.clone())], 2).await.unwrap();
        let expected = [(0, option(2, "Two")), (3, sub.clone())];
        assert_eq!(db::options(&mut tx, f.tenant, List::Stages).await.unwrap(), expected, "in Autotask's order");
        assert_eq!(db::option(&mut tx, f.tenant, List::Stages, 1).await.unwrap(), Some(sub));
        assert_eq!(db::option(&mut tx, f.tenant, List::Stages, 0).await.unwrap(), None);
        assert_eq!(db::option(&mut tx, f.other, List::Stages, 1).await.unwrap(), None);
        let counts = db::option_counts(&mut tx, f.tenant).await.unwrap();
        assert_eq!(counts, [(List::Stages, 1), (List::Statuses, 1)], "only active ones count");
        assert!(db::options(&mut tx, f.other, List::Stages).await.unwrap().is_empty());
        assert!(db::option_counts(&mut tx, f.other).await.unwrap().is_empty());
    }

    async fn lengths_are_kept_by_their_fields(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let row = |field: &str, length| ("Opportunities".to_owned(), field.to_owned(), length);
        db::put_lengths(&mut tx, f.tenant, &[row("title", 200), row("unheard", 7)]).await.unwrap();
        db::put_lengths(&mut tx, f.tenant, &[row("title", 90)]).await.unwrap();
        assert_eq!(db::lengths(&mut tx, f.tenant).await.unwrap().of("Opportunities", "title"), 90);
        assert_eq!(db::lists(&mut tx, f.tenant).await.unwrap().lengths.of("Opportunities", "title"), 90);
        assert_eq!(db::lengths(&mut tx, f.other).await.unwrap().of("Opportunities", "title"), 128);
    }

    async fn options_are_found_whatever_their_case_and_accents(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let names = ["Ålesund Kommune", "ÉCLAIR & Fils", "ООО Ромашка", "100% Ölmühle", "Eclair"];
        let rows: Vec<Placed> = (1..).zip(names).map(|(value, name)| (0, ListOption { detail: None, ..option(value, name) })).collect();
        db::put_options(&mut tx, f.tenant, List::Companies, &rows, 1).await.unwrap();
        let searches = [
            ("ålesund", vec![1]),
            ("ALESUND kom", vec![1]),
            ("ooo", vec![]),
            ("ооо ромашка", vec![3]),
            ("100% ÖLMÜHLE", vec![4]),
            ("0_", vec![]),
            ("eclair", vec![5, 2]),
            ("", vec![4, 5, 1, 2, 3]),
        ];
        for (text, expected) in searches {
            let found = db::search_options(&mut tx, f.tenant, List::Companies, text, 9).await.unwrap();
            let mut values: Vec<i64> = found.iter().map(|option| option.value).collect();
            let mut expected = expected;
            // How names sort is the database's own.
            if text.is_empty() {
                values.sort_unstable();
                expected.sort_unstable();
            }
            assert_eq!(values, expected, "{text}");
        }
    }

    async fn large_lists_are_read_by_the_page_alone(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let many: Vec<Placed> = (1..=1_201).rev().map(|value| (0, option(value, "Harbor"))).collect();
        db::put_options(&mut tx, f.tenant, List::Companies, &many, 1).await.unwrap();
        db::put_options(&mut tx, f.tenant, List::Roles, &[(0, option(1, "Engineer"))], 1).await.unwrap();
        let lists = db::lists(&mut tx, f.tenant).await.unwrap();
        assert!(lists.options(List::Companies).is_empty());
        assert_eq!(lists.options(List::Roles), [option(1, "Engineer")]);
        let page = db::options_after(&mut tx, f.tenant, List::Companies, 1_199, 500).await.unwrap();
        assert_eq!(page.iter().map(|option| option.value).collect::<Vec<_>>(), [1_200, 1_201]);
        let page = db::options_after(&mut tx, f.tenant, List::Companies, i64::MIN, 3).await.unwrap();
        assert_eq!(page.iter().map(|option| option.value).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(db::options_after(&mut tx, f.other, List::Companies, 0, 3).await.unwrap().is_empty());
        assert!(db::lists(&mut tx, f.other).await.unwrap().options(List::Roles).is_empty());
    }

    async fn a_refresh_is_asked_for_once_claimed_once_and_fenced(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::claim_refresh(&mut tx, 5, 100).await.unwrap(), None);
        let first = id();
        db::add_refresh(&mut tx, f.tenant, first, None, 1).await.unwrap();
        db::add_refresh(&mut tx, f.tenant, id(), None, 2).await.unwrap();
        let lost = db::claim_refresh(&mut tx, 5, 100).await.unwrap().unwrap();
        assert_eq!((lost.id, lost.tenant(), lost.lists_done), (first, f.tenant, 0));
        assert_eq!(db::claim_refresh(&mut tx, 99, 200).await.unwrap(), None, "it is leased");
        let progress = Progress { lists_done: 4, list: "owners", rows_read: 500, calls: 6, changes: 2 };
        assert!(db::advance_refresh(&mut tx, &lost, &progress, 120).await.unwrap());
        assert_eq!(db::claim_refresh(&mut tx, 119, 200).await.unwrap(), None, "the lease was kept");
        let lease = db::claim_refresh(&mut tx, 120, 200).await.unwrap().unwrap();
        assert_eq!((lease.id, lease.lists_done, lease.calls, lease.changes), (first, 4, 6, 2), "where it stopped");
        let end = RefreshEnd { failure: None, next_at: 1_000 };
        assert!(!db::advance_refresh(&mut tx, &lost, &Progress::default(), 900).await.unwrap());
        assert!(!db::finish_refresh(&mut tx, &lost, &end, 130).await.unwrap());
        let shown = db::newest_refresh(&mut tx, f.tenant, false).await.unwrap().unwrap();
        assert_eq!((shown.state.as_str(), shown.list.as_deref(), shown.rows_read), ("running", Some("owners"), 500));
        assert!(!db::was_refreshed(&mut tx, f.tenant, 4).await.unwrap());
        assert!(db::finish_refresh(&mut tx, &lease, &end, 130).await.unwrap());
        assert!(!db::finish_refresh(&mut tx, &lease, &end, 131).await.unwrap(), "it has ended");
        assert!(db::was_refreshed(&mut tx, f.tenant, 4).await.unwrap());
        assert!(!db::was_refreshed(&mut tx, f.tenant, 5).await.unwrap());
        assert!(!db::was_refreshed(&mut tx, f.other, 0).await.unwrap());
        let done = db::newest_refresh(&mut tx, f.tenant, true).await.unwrap().unwrap();
        assert_eq!((done.state.as_str(), done.finished_at, done.next_at), ("done", Some(130), Some(1_000)));
        assert_eq!(db::newest_refresh(&mut tx, f.other, false).await.unwrap(), None);
    }

    async fn a_refresh_can_be_taken_over_and_may_fail(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::take_refresh(&mut tx, f.tenant, 100).await.unwrap(), None);
        db::add_refresh(&mut tx, f.tenant, id(), None, 1).await.unwrap();
        let lost = db::claim_refresh(&mut tx, 5, 100).await.unwrap().unwrap();
        let lease = db::take_refresh(&mut tx, f.tenant, 100).await.unwrap().unwrap();
        assert!(!db::advance_refresh(&mut tx, &lost, &Progress::default(), 100).await.unwrap());
        db::end_refresh_leases(&mut tx, 50).await.unwrap();
        let lease = db::claim_refresh(&mut tx, 50, 150).await.unwrap().map(|again| (lease.id == again.id, again)).unwrap();
        assert!(lease.0, "whoever had it is gone");
        let failure = Some(("Why".to_owned(), "What to do".to_owned()));
        assert!(db::finish_refresh(&mut tx, &lease.1, &RefreshEnd { failure, next_at: 9 }, 60).await.unwrap());
        let shown = db::newest_refresh(&mut tx, f.tenant, false).await.unwrap().unwrap();
        assert_eq!((shown.state.as_str(), shown.error.as_deref(), shown.fix.as_deref()), ("failed", Some("Why"), Some("What to do")));
        assert_eq!(db::newest_refresh(&mut tx, f.tenant, true).await.unwrap(), None);
    }

    async fn lists_are_due_by_age_and_by_a_new_connection(db) {
        let f = Fixture::open(db).await;
        connect(&f, f.tenant, 10).await;
        let due = async |now| db::due_refreshes(&mut f.db.read().await.unwrap(), now).await.unwrap();
        assert_eq!(due(11).await, [f.tenant], "never fetched; the other one is not connected");
        let mut tx = f.db.write().await.unwrap();
        db::add_refresh(&mut tx, f.tenant, id(), None, 12).await.unwrap();
        let lease = db::claim_refresh(&mut tx, 12, 100).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(1_000).await, [], "under way");
        let mut tx = f.db.write().await.unwrap();
        assert!(db::finish_refresh(&mut tx, &lease, &RefreshEnd { failure: None, next_at: 500 }, 20).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(due(499).await, []);
        assert_eq!(due(500).await, [f.tenant]);
        connect(&f, f.tenant, 30).await;
        assert_eq!(due(31).await, [f.tenant], "a new connection");
    }

    async fn history_is_read_newest_first_by_kind(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for (number, kind) in (1..).zip(["list", "other", "list", "list"]) {
            let entry = Entry { subject: "stages", sentence: format!("Entry {number}"), details: json!({ "number": number }) };
            db::add_history(&mut tx, f.tenant, id(), None, kind, &entry, number).await.unwrap();
        }
        let told = db::history(&mut tx, f.tenant, "list", 2).await.unwrap();
        let told: Vec<_> = told.iter().map(|row| (row.sentence.as_str(), row.created_at, row.details.as_str())).collect();
        assert_eq!(told, [("Entry 4", 4, r#"{"number":4}"#), ("Entry 3", 3, r#"{"number":3}"#)]);
        assert!(db::history(&mut tx, f.other, "list", 2).await.unwrap().is_empty());
    }
}
