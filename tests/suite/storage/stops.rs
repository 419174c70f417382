//! Documents that were taken out of the sync, pushes that were ended, links that were taken away, options that were searched.

use opportune::{
    db,
    domain::{
        lists::{List, ListOption},
        plan::{Key, Link, Target},
    },
};

use super::Fixture;
use crate::harness::on_both;

fn company(value: i64, label: &str, detail: &str, active: bool) -> (i64, ListOption) {
    (
        value,
        ListOption { value, label: label.to_owned(), detail: Some(detail.to_owned()), parent: None, active },
    )
}

on_both! {
    async fn a_stop_is_one_documents_and_goes_when_it_is_removed(db) {
        let f = Fixture::open(db).await;
        let document = f.document("Q-1").await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::stop_of(&mut tx, f.tenant, document).await.unwrap(), None);
        db::add_stop(&mut tx, f.tenant, document, "Avery", "By phone", 7).await.unwrap();
        db::add_stop(&mut tx, f.tenant, document, "Blake", "Too late", 8).await.unwrap();
        let stop = db::stop_of(&mut tx, f.tenant, document).await.unwrap().unwrap();
        assert_eq!((stop.stopped_by.as_str(), stop.reason.as_str(), stop.stopped_at), ("Avery", "By phone", 7));
        assert_eq!(db::stop_of(&mut tx, f.other, document).await.unwrap(), None);
        assert!(!db::remove_stop(&mut tx, f.other, document).await.unwrap());
        assert!(db::remove_stop(&mut tx, f.tenant, document).await.unwrap());
        assert!(!db::remove_stop(&mut tx, f.tenant, document).await.unwrap());
    }

    async fn a_push_is_skipped_unless_a_worker_has_it(db) {
        let f = Fixture::open(db).await;
        let push = f.push("Q-1", 1).await;
        let mut tx = f.db.write().await.unwrap();
        db::skip_push(&mut tx, f.other, push, "Not theirs", 5).await.unwrap();
        assert_eq!(db::push(&mut tx, f.tenant, push).await.unwrap().unwrap().state, "waiting");
        db::skip_push(&mut tx, f.tenant, push, "Stopped", 6).await.unwrap();
        let row = db::push(&mut tx, f.tenant, push).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.reason.as_deref(), row.updated_at), ("skipped", Some("Stopped"), 6));
    }

    async fn links_below_the_opportunity_are_removed_and_others_stay(db) {
        let f = Fixture::open(db).await;
        let (document, other) = (f.document("Q-1").await, f.document("Q-2").await);
        let mut tx = f.db.write().await.unwrap();
        let keys = [Key::only(Target::Opportunity), Key::only(Target::Quote), Key::new(Target::QuoteItem, "1"), Key::new(Target::Company, "55")];
        for (document, first) in [(document, 1), (other, 10)] {
            for (key, id) in keys.iter().zip(first..) {
                db::put_link(&mut tx, f.tenant, document, key, &Link { id, ..Link::default() }, 1).await.unwrap();
            }
        }
        db::remove_links_below(&mut tx, f.tenant, document, Target::Opportunity).await.unwrap();
        let shared = ["55".to_owned()];
        let left = db::links(&mut tx, f.tenant, document, &shared).await.unwrap();
        assert_eq!(keys.clone().map(|key| left.id(&key)), [Some(1), None, None, Some(13)]);
        let others = db::links(&mut tx, f.tenant, other, &shared).await.unwrap();
        assert_eq!(keys.map(|key| others.id(&key)), [Some(10), Some(11), Some(12), Some(13)]);
    }

    async fn options_are_found_by_words_detail_and_value(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        let rows = [
            company(11, "Zürich Öl & Gas AG", "C-1", true),
            company(12, "100% Cotton_Wool", "C-2", true),
            company(13, "Cotton", "X11", true),
            company(14, "Cotton Club", "C-4", false),
        ];
        db::put_options(&mut tx, f.tenant, List::Companies, &rows, 1).await.unwrap();
        let found = [("cotton", vec![13, 12]), ("100 wool", vec![12]), ("_", vec![12]), ("%", vec![12]), ("11", vec![11, 13]),
            ("Öl &", vec![11]), ("x11", vec![13]), ("club", vec![])];
        for (text, values) in found {
            let hits = db::search_options(&mut tx, f.tenant, List::Companies, text, 9).await.unwrap();
            let mut hits: Vec<_> = hits.iter().map(|option| option.value).collect();
            if text != "cotton" {
                hits.sort_unstable();
            }
            assert_eq!(hits, values, "{text}");
        }
        assert_eq!(db::search_options(&mut tx, f.tenant, List::Companies, "c", 1).await.unwrap().len(), 1);
        assert!(db::search_options(&mut tx, f.other, List::Companies, "c", 9).await.unwrap().is_empty());
    }
}
