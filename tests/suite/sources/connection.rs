//! The key: tested before it is saved, sealed, paused and deleted.

use opportune::{
    db,
    domain::author::Author,
    emulator::QUOTE_MANAGER_KEY,
    service::{
        checklist::Outcome,
        sources::{SourceConnected, SourceState},
    },
};
use serde_json::json;

use super::QUOTE_MANAGER;
use crate::harness::{HOUR, MINUTE, TestApp, on_both};

on_both! {
    async fn a_key_is_tested_before_it_is_saved(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        let SourceConnected::Wrong(errors) = shop.save_key("  ").await else { panic!("it was taken") };
        assert_eq!(errors.get("key"), Some("Enter the API key of Kaseya Quote Manager"));
        assert!(matches!(shop.save_key("two words").await, SourceConnected::Wrong(_)));
        assert_eq!(shop.mark(), 0);
        let SourceConnected::Failed(checklist) = shop.save_key("wrong").await else { panic!("it was taken") };
        let outcomes: Vec<Outcome> = checklist.lines.iter().map(|line| line.outcome).collect();
        assert_eq!(outcomes, [Outcome::Failed, Outcome::NotChecked, Outcome::NotChecked]);
        assert_eq!(checklist.lines[0].sentence, "Kaseya Quote Manager did not accept the API key.");
        shop.api.fault(json!({ "kind": "status", "status": 403, "resource": "salesorder" })).unwrap();
        let SourceConnected::Failed(checklist) = shop.save_key(QUOTE_MANAGER_KEY).await else { panic!("it was taken") };
        assert_eq!(checklist.lines[1].sentence, "Kaseya Quote Manager accepts the API key, and does not let it read sales orders.");
        assert_eq!(checklist.lines[2].outcome, Outcome::NotChecked);
        let view = shop.view().await;
        assert_eq!((view.state, view.connection), (SourceState::NotConnected, None));
        app.after(HOUR).await;
        assert_eq!(shop.mark(), 3, "nothing is read without a key");
        let SourceConnected::Done(checklist) = shop.save_key(&format!(" {QUOTE_MANAGER_KEY} ")).await else { panic!("it was not taken") };
        assert!(checklist.lines.iter().all(|line| line.outcome == Outcome::Passed));
        let mut tx = app.services.db.read().await.unwrap();
        let row = db::source_connection(&mut tx, app.tenant, QUOTE_MANAGER).await.unwrap().unwrap();
        assert!(!row.key_sealed.is_empty() && !row.key_sealed.contains(QUOTE_MANAGER_KEY));
        assert_eq!(shop.view().await.connection.unwrap().key_sealed, "", "nobody is shown even the sealed key");
    }

    async fn a_source_that_is_paused_is_not_read(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        app.services.pause_source(app.tenant, QUOTE_MANAGER, &Author::SYSTEM, true).await.unwrap();
        let mark = shop.mark();
        shop.quote(101).line(801, 1, 11.50).put();
        app.after(3 * HOUR).await;
        assert_eq!((shop.mark() - mark, shop.view().await.state), (0, SourceState::Paused));
        app.services.pause_source(app.tenant, QUOTE_MANAGER, &Author::SYSTEM, false).await.unwrap();
        app.settle().await;
        app.expect("QO101", "sent", "").await;
    }

    async fn it_is_read_as_often_as_it_is_chosen(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.save(|form| form.settings.every_minutes = 15).await;
        app.settle().await;
        let mark = shop.mark();
        for _ in 0..60 {
            shop.cycle().await;
        }
        assert_eq!(shop.mark() - mark, 8);
    }

    async fn the_end_of_the_connection_deletes_the_key_and_keeps_the_quotes(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 1, 11.50).send().await;
        app.services.disconnect_source(app.tenant, QUOTE_MANAGER).await.unwrap();
        let mark = shop.mark();
        shop.quote(102).line(801, 1, 11.50).send().await;
        app.after(HOUR).await;
        let view = shop.view().await;
        assert_eq!((view.state, shop.mark() - mark), (SourceState::NotConnected, 0));
        assert_eq!(app.get("quotes/QO101").await.status, 200);
        app.services.disconnect_source(app.tenant, QUOTE_MANAGER).await.unwrap_err();
        app.services.test_source(app.tenant, QUOTE_MANAGER).await.unwrap_err();
        // What was made while nobody read is from before the new connection.
        shop.connect().await;
        app.after(MINUTE).await;
        assert_eq!(app.get("quotes/QO102").await.status, 200);
        assert_eq!(app.pushes("QO102").await.len(), 0);
        assert_eq!(app.pushes("QO101").await.len(), 1);
    }

    async fn each_tenant_has_its_own_key_and_its_own_quotes(db) {
        let app = TestApp::start(db).await;
        let shop = app.quote_manager();
        shop.connect().await;
        shop.quote(101).line(801, 1, 11.50).send().await;
        let other = app.services.add_tenant("Another").await.unwrap();
        let view = app.services.source_view(other, QUOTE_MANAGER).await.unwrap();
        assert_eq!((view.state, view.documents[0].documents), (SourceState::NotConnected, 0));
        app.services.pause_source(other, QUOTE_MANAGER, &Author::SYSTEM, true).await.unwrap();
        assert_eq!(shop.view().await.state, SourceState::Reading);
        assert!(app.services.source_view(other, "elsewhere").await.is_err());
    }
}
