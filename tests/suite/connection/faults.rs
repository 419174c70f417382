//! Twelve things that go wrong, each with the line that must fail and the fix that must stand beside it.

use std::time::Duration;

use opportune::{
    emulator::CREDENTIALS,
    service::{
        checklist::{Check, Checklist, Outcome},
        connect::Entered,
    },
};
use serde_json::{Value, json};

use crate::harness::{TestApp, on_both};

impl TestApp {
    /// Tests the emulator's credentials after a fault was scripted.
    async fn tested(&self, fault: Option<Value>, change: impl FnOnce(&mut Entered)) -> Checklist {
        if let Some(fault) = fault {
            self.fault(fault).await;
        }
        let mut entered = self.entered(CREDENTIALS.secret);
        change(&mut entered);
        let tested = self.services.test_connection(self.tenant, &entered).await.unwrap();
        self.failures();
        tested.unwrap()
    }

    async fn tested_at(&self, url: &str) -> Checklist {
        self.tested(None, |entered| entered.discovery_url = Some(url.to_owned())).await
    }
}

/// Fails unless the list stops at `check` with these words.
fn fails(list: &Checklist, check: Check, sentence: &str, fix: &str) {
    let line = list.failed().unwrap_or_else(|| panic!("nothing failed: {list:#?}"));
    assert_eq!(line.check, check, "{list:#?}");
    assert!(line.sentence.contains(sentence), "{line:?}");
    assert!(line.fix.contains(fix), "{line:?}");
    for other in &list.lines {
        let expected = match other.check.cmp(&check) {
            std::cmp::Ordering::Less => [Outcome::Passed, Outcome::Warning].contains(&other.outcome),
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => other.outcome == Outcome::NotChecked,
        };
        assert!(expected, "{other:?}");
    }
    assert_eq!(list.lines.len(), Check::ALL.len());
}

fn status(status: u16, path: &str) -> Value {
    json!({ "kind": "status", "status": status, "path": path })
}

on_both! {
    async fn nothing_wrong_passes_every_line(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested(None, |_| ()).await;
        assert!(list.failed().is_none(), "{list:#?}");
        let plain = &list.lines[1];
        assert_eq!((plain.check, plain.outcome), (Check::Encryption, Outcome::Warning));
        assert!(plain.sentence.contains("is a test server. Nothing that is sent to it is encrypted."));
        let creates = app.requests().iter().filter(|entry| entry.effect.is_some()).count();
        assert_eq!(creates, 0, "a test writes nothing");
    }

    async fn a_name_that_nobody_has(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested_at("https://webservices.autotask.invalid").await;
        fails(&list, Check::Address, "webservices.autotask.invalid was not found.", "(DNS)");
        assert!(list.transient);
    }

    async fn a_refused_connection(db) {
        let app = TestApp::start_fresh(db).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let list = app.tested_at(&format!("http://{address}")).await;
        fails(&list, Check::Address, "refused the connection.", "firewall");
    }

    async fn no_encryption_where_it_must_be(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested_at(&format!("https://{}", app.emulator)).await;
        fails(&list, Check::Encryption, "No encrypted connection to 127.0.0.1", "date and time");
        assert!(!list.transient);
    }

    async fn credentials_that_are_not_accepted(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested(None, |entered| entered.secret = "wrong".into()).await;
        fails(&list, Check::Credentials, "did not accept the user name, the secret or the integration code", "API user is active");
        let list = app.tested(None, |entered| "WRONG".clone_into(&mut entered.integration_code)).await;
        fails(&list, Check::Credentials, "the same answer for all three", "integration code");
    }

    async fn an_entity_that_may_not_be_read(db) {
        let app = TestApp::start_fresh(db).await;
        let faults = json!([status(403, "Products/query"), status(403, "BillingCodes/query")]);
        let list = app.tested(Some(faults), |_| ()).await;
        fails(&list, Check::Read, "The API user cannot read products and billing codes.", "allow View for Products and Billing codes.");
    }

    async fn no_zone_look_up_at_the_address(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested(Some(status(404, "zoneInformation")), |_| ()).await;
        fails(&list, Check::Address, "has no zone look-up at the usual address.", "no proxy");
    }

    async fn too_many_requests(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested(Some(status(429, "Companies")), |_| ()).await;
        fails(&list, Check::Credentials, "too many requests", "Wait a minute, then test again.");
        assert!(list.transient);
    }

    async fn a_fault_of_autotask(db) {
        let app = TestApp::start_fresh(db).await;
        let list = app.tested(Some(status(500, "Quotes/query")), |_| ()).await;
        fails(&list, Check::Read, "Autotask answered with status 500.", "few minutes");
        assert!(list.transient);
    }

    async fn no_answer_in_time(db) {
        let mut app = TestApp::start_fresh(db).await;
        app.services.test_within = Duration::from_millis(300);
        let late = json!({ "kind": "latency", "ms": 20_000, "path": "Companies" });
        let list = app.tested(Some(late), |_| ()).await;
        fails(&list, Check::Credentials, "Autotask did not answer within 0.3 seconds.", "few minutes");
        assert!(list.transient);
    }

    async fn a_web_page_in_place_of_an_answer(db) {
        let app = TestApp::start_fresh(db).await;
        let html = json!({ "kind": "html", "status": 200, "path": "zoneInformation" });
        let list = app.tested(Some(html), |_| ()).await;
        fails(&list, Check::Address, "answer could not be read.", "sign-in page");
    }

    async fn another_company(db) {
        let app = TestApp::start_fresh(db).await;
        let saved = app.save_connection(CREDENTIALS.secret, super::NOTHING).await;
        assert!(super::is_done(&saved), "{saved:?}");
        app.become_another_company(2).await;
        let list = app.tested(None, |_| ()).await;
        let sentence = "This secret belongs to a different Autotask company (Northwind IT Services).";
        fails(&list, Check::Credentials, sentence, "Disconnect first to switch.");
        assert!(!list.transient);
    }

    async fn no_right_to_create(db) {
        let app = TestApp::start_fresh(db).await;
        let none = json!({ "info": { "name": "Opportunity", "canCreate": true, "userAccessForCreate": 0 } });
        let fault = json!({ "kind": "status", "status": 200, "path": "Opportunities/entityInformation", "body": none });
        let list = app.tested(Some(fault), |_| ()).await;
        let fix = "In Autotask, open the user's security level and allow Add for Opportunities.";
        fails(&list, Check::Create, "The API user cannot create opportunities.", fix);
    }
}
