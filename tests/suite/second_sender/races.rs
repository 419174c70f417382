//! Ids that appear while a push is under way: nothing is created after the third, and what is out is settled as usual.

use serde_json::json;

use super::{HELD, opportunity_of};
use crate::{
    harness::{MINUTE, SECOND, TestApp, on_both},
    push::races::held_up_at,
};

on_both! {
    async fn a_push_under_way_begins_nothing_after_the_third(db) {
        let app = TestApp::start(db).await;
        for (place, what, opportunities) in [("search.answered", "opportunity", 0), ("create.answered", "opportunity", 1)] {
            let number = format!("Q-{place}");
            app.quote(&number).line("HDMI cable", "1 × 11.50").put().await;
            let sender = held_up_at(&app, place, what).await;
            let others: Vec<String> = (1..=3).map(|nth| format!("Q-{nth}-{place}")).collect();
            app.others_arrive(&others.iter().map(String::as_str).collect::<Vec<_>>()).await;
            let quotes = app.rows("Quotes").len();
            app.calls();
            sender.go_on().await;
            assert!(app.requests().iter().all(|request| request.effect.is_none()), "{place}");
            app.expect(&number, "held", HELD).await;
            assert_eq!((app.opportunities(&number).len(), app.rows("Quotes").len()), (opportunities, quotes), "{place}");
            app.settle().await;
            app.start_sending_again().await;
            app.expect(&number, "sent", "").await;
            assert_eq!(app.opportunities(&number).len(), 1, "{place}");
        }
    }

    async fn a_create_that_was_intended_before_the_third_is_settled(db) {
        let app = TestApp::start(db).await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").put().await;
        let sender = held_up_at(&app, "commit.after", "opportunity").await;
        app.others_arrive(&["Q-2", "Q-3", "Q-4"]).await;
        sender.go_on().await;
        app.expect("Q-1", "held", HELD).await;
        assert_eq!(app.linked("Q-1").await[0], app.opportunity("Q-1")["id"].as_i64());
        app.settle().await;
        app.start_sending_again().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn a_create_without_an_answer_is_looked_up_while_nothing_is_sent(db) {
        let app = TestApp::start(db).await;
        app.fault(json!({ "method": "POST", "path": "Opportunities/query", "kind": "latency" })).await;
        app.fault(json!({ "method": "POST", "path": "V1.0/Opportunities", "kind": "cut_after" })).await;
        app.quote("Q-1").put().await;
        assert!(app.worker.tick().await.unwrap());
        app.others_arrive(&["Q-2", "Q-3", "Q-4"]).await;
        app.after(MINUTE).await;
        app.expect("Q-1", "held", HELD).await;
        assert_eq!(app.linked("Q-1").await[0], app.opportunity("Q-1")["id"].as_i64());
        assert_eq!(app.failures(), [0]);
        app.start_sending_again().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn an_id_that_comes_before_the_intent_is_adopted(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.put().await;
        let sender = held_up_at(&app, "search.answered", "opportunity").await;
        let ids = app.other_tool_makes("Office refresh").await;
        quote.set("autotask", ids.clone());
        quote.put().await;
        sender.go_on().await;
        app.expect("Q-1", "waiting", "Another tool made it in Autotask on the way. It is taken over.").await;
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.linked("Q-1").await, [opportunity_of(&ids), ids["quote_id"].as_i64()]);
        assert_eq!((app.opportunities_made(), app.found().await), (0, Vec::new()));
    }

    async fn an_id_of_the_quote_alone_is_adopted_on_the_way(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.put().await;
        let sender = held_up_at(&app, "create.answered", "opportunity").await;
        let opportunity = app.opportunity("Q-1")["id"].clone();
        let theirs = app.appear("Quotes", &[json!({ "name": "Theirs", "opportunityID": opportunity })]).await[0];
        quote.set("autotask", json!({ "opportunity_id": opportunity, "quote_id": theirs }));
        quote.put().await;
        sender.go_on().await;
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.linked("Q-1").await, [opportunity.as_i64(), Some(theirs)]);
        assert_eq!((app.rows("Quotes").len(), app.found().await), (1, Vec::new()));
    }

    async fn an_id_that_comes_while_our_create_is_out_is_reported(db) {
        let app = TestApp::start(db).await;
        let mut quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.put().await;
        let sender = held_up_at(&app, "create.answered", "opportunity").await;
        let ids = app.other_tool_makes("Office refresh").await;
        quote.set("autotask", ids.clone());
        quote.put().await;
        sender.go_on().await;
        app.after(SECOND).await;
        app.expect("Q-1", "sent", "").await;
        let ours = app.opportunity("Q-1")["id"].as_i64().unwrap();
        assert_eq!((app.linked("Q-1").await[0], app.opportunities_made()), (Some(ours), 1));
        let theirs = opportunity_of(&ids).unwrap();
        assert_eq!(app.found().await, [format!("Opportunity {ours} of quote Q-1 was made by Opportune, {theirs} by another tool")]);
    }

    async fn a_push_that_is_left_as_a_person_lets_it_go_on_is_not_left_behind(db) {
        let app = TestApp::start(db).await;
        app.others_arrive(&["Q-1", "Q-2", "Q-3"]).await;
        app.settle().await;
        app.quote("Q-4").put().await;
        let late = held_up_at(&app, "load.after", "push").await;
        app.start_sending_again().await;
        late.go_on().await;
        app.settle().await;
        app.expect("Q-4", "sent", "").await;
    }
}
