//! What a connection's test told, its end, and the hour's calls.

use opportune::{
    db::{self, CallsRow, ConnectionRow, Db, Tested},
    domain::{
        plan::{Key, Link, Links, Target, Written},
        settings::Settings,
    },
};

use super::Fixture;
use crate::harness::on_both;

const MINUTE: i64 = 60_000;
const NOW: i64 = 1_000 * MINUTE;

fn row() -> ConnectionRow {
    let text = |text: &str| text.to_owned();
    ConnectionRow {
        user_name: text("api"),
        secret_sealed: text("sealed"),
        currency: text("USD"),
        ..ConnectionRow::default()
    }
}

on_both! {
    async fn what_a_test_did_not_tell_stays(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::put_connection(&mut tx, f.tenant, &row(), 1).await.unwrap();
        let first = Tested { checklist: "1".to_owned(), company_id: Some(7), zone_url: Some("https://zone/".to_owned()), ..Tested::default() };
        db::set_tested(&mut tx, f.tenant, &first, 2).await.unwrap();
        db::set_tested(&mut tx, f.tenant, &Tested { checklist: "2".to_owned(), ..Tested::default() }, 3).await.unwrap();
        let found = db::connection(&mut tx, f.tenant).await.unwrap().unwrap();
        assert_eq!((found.checklist.as_deref(), found.tested_at), (Some("2"), Some(3)));
        assert_eq!((found.company_id, found.zone_url.as_deref()), (Some(7), Some("https://zone/")));
    }

    async fn an_ended_connection_has_no_secret_and_is_taken_up_again(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        db::put_connection(&mut tx, f.tenant, &row(), 1).await.unwrap();
        assert_eq!(db::former_connection(&mut tx, f.tenant).await.unwrap(), None);
        db::end_connection(&mut tx, f.tenant, 2).await.unwrap();
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap(), None);
        let former = db::former_connection(&mut tx, f.tenant).await.unwrap().unwrap();
        assert_eq!((former.user_name.as_str(), former.secret_sealed.as_str()), ("api", ""));
        assert_eq!(db::former_connection(&mut tx, f.other).await.unwrap(), None);
        db::put_connection(&mut tx, f.tenant, &row(), 3).await.unwrap();
        assert_eq!(db::connection(&mut tx, f.tenant).await.unwrap(), Some(row()));
    }

    async fn calls_are_counted_for_an_hour_by_tenant(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        for (calls, at) in [(0, NOW), (2, NOW), (3, NOW + 1), (5, NOW + 30 * MINUTE)] {
            db::count_calls(&mut tx, f.tenant, calls, at).await.unwrap();
        }
        db::count_calls(&mut tx, f.other, 100, NOW).await.unwrap();
        assert_eq!(db::own_calls(&mut tx, f.tenant, NOW + 30 * MINUTE).await.unwrap(), 10);
        assert_eq!(db::own_calls(&mut tx, f.tenant, NOW + 60 * MINUTE).await.unwrap(), 5);
        assert_eq!(db::own_calls(&mut tx, f.tenant, NOW + 90 * MINUTE).await.unwrap(), 0);
        db::count_calls(&mut tx, f.tenant, 1, NOW + 60 * MINUTE).await.unwrap();
        assert_eq!(db::own_calls(&mut tx, f.tenant, NOW + 30 * MINUTE).await.unwrap(), 6, "older ones are forgotten");
    }

    async fn calls_of_all_stay_when_autotask_does_not_answer(db) {
        let f = Fixture::open(db).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::calls_of_all(&mut tx, f.tenant).await.unwrap(), CallsRow::default());
        db::put_connection(&mut tx, f.tenant, &row(), 1).await.unwrap();
        let told = CallsRow { calls_used: Some(9), calls_limit: Some(10_000), calls_read_at: Some(5) };
        db::set_calls_of_all(&mut tx, f.tenant, told).await.unwrap();
        let silent = CallsRow { calls_used: None, calls_limit: None, calls_read_at: Some(6) };
        db::set_calls_of_all(&mut tx, f.tenant, silent).await.unwrap();
        assert_eq!(db::calls_of_all(&mut tx, f.tenant).await.unwrap(), CallsRow { calls_read_at: Some(6), ..told });
    }

    async fn links_are_put_aside_for_one_tenant(db) {
        let f = Fixture::open(db).await;
        let (ours, theirs) = (f.document("Q-1").await, f.document_of(f.other, "Q-1").await);
        let key = Key::only(Target::Opportunity);
        let link = Link { id: 4, written: Written::default() };
        let mut tx = f.db.write().await.unwrap();
        db::put_link(&mut tx, f.tenant, ours, &key, &link, 1).await.unwrap();
        db::put_link(&mut tx, f.other, theirs, &key, &link, 1).await.unwrap();
        db::archive_links(&mut tx, f.tenant, 7, 2).await.unwrap();
        let id = |links: Links| links.id(&key);
        assert_eq!(id(db::links(&mut tx, f.tenant, ours, &[]).await.unwrap()), None);
        assert_eq!(id(db::links(&mut tx, f.other, theirs, &[]).await.unwrap()), Some(4));
    }

    async fn what_is_due_longest_is_told(db) {
        let f = Fixture::open(db).await;
        f.push("Q-1", 50).await;
        f.push("Q-2", 40).await;
        let mut tx = f.db.write().await.unwrap();
        assert_eq!(db::oldest_due(&mut tx, 100).await.unwrap(), None, "its sync is off");
        let settings = Settings { enabled: true, ..Settings::NEW };
        let new = db::NewRevision { settings: &settings, by: &opportune::domain::author::Author::SYSTEM, note: None, form_id: None, origin: None };
        assert!(db::save_settings(&mut tx, f.tenant, 0, &new, 1).await.unwrap());
        assert_eq!(db::oldest_due(&mut tx, 100).await.unwrap(), Some(40));
        assert_eq!(db::oldest_due(&mut tx, 30).await.unwrap(), None);
        let names: Vec<String> = db::tenants(&mut tx).await.unwrap().into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["Ours", "Theirs"]);
    }

    async fn a_database_is_looked_at_without_changing_it(db) {
        let is_sqlite = db.url.starts_with("sqlite");
        if is_sqlite {
            assert!(Db::open_as_it_is(&db.url).await.unwrap_err().to_string().contains("opportune migrate"));
        } else {
            assert!(Db::open_as_it_is(&db.url).await.unwrap().missing_migrations().await.unwrap() > 1);
        }
        Db::open(&db.url).await.unwrap();
        let opened = Db::open_as_it_is(&db.url).await.unwrap();
        assert_eq!(opened.missing_migrations().await.unwrap(), 0);
    }
}
