//! Connecting: what each fault of a test shows, what is stored and what is not, and what the end of it keeps.

mod faults;

use opportune::{
    emulator::CREDENTIALS,
    service::connect::{Connected, Consent, Entered},
};
use serde_json::{Value, json};

use crate::harness::{MINUTE, TENANT, TestApp, on_both};

impl TestApp {
    /// The emulator's credentials, with this secret; an empty one keeps the saved one.
    fn entered(&self, secret: &str) -> Entered {
        Entered {
            user_name: CREDENTIALS.user.to_owned(),
            secret: secret.into(),
            integration_code: CREDENTIALS.integration_code.to_owned(),
            currency: "USD".to_owned(),
            discovery_url: Some(format!("http://{}", self.emulator)),
        }
    }

    pub async fn save_connection(&self, secret: &str, consent: Consent) -> Connected {
        let entered = self.entered(secret);
        let saved = self.services.save_connection(self.tenant, None, &entered, consent).await.unwrap();
        self.failures();
        saved
    }

    /// The next zone look-up answers with another company's number.
    pub async fn become_another_company(&self, ci: i64) {
        let root = format!("http://{}/ATServicesRest/", self.emulator);
        let web = format!("http://{}/", self.emulator);
        let body = json!({ "zoneName": "Other", "url": root, "webUrl": web, "ci": ci });
        self.fault(json!({ "kind": "status", "status": 200, "path": "zoneInformation", "body": body })).await;
    }
}

fn is_done(saved: &Connected) -> bool {
    matches!(saved, Connected::Done { .. })
}

const NOTHING: Consent = Consent { anyway: false, switch: false };

on_both! {
    async fn saving_tests_first_and_tells_whose_autotask_it_is(db) {
        let app = TestApp::start_fresh(db).await;
        let user = app.services.put_user(app.tenant, "robin@example.com", "Robin", "a sentence is fine".into());
        user.await.unwrap();
        assert!(is_done(&app.save_connection(CREDENTIALS.secret, NOTHING).await));
        let view = app.services.connection_view(app.tenant).await.unwrap();
        app.failures();
        let row = view.row.unwrap();
        assert_eq!((row.company_id, row.company_name.as_deref()), (Some(1), Some("Northwind IT Services")));
        assert_eq!(row.secret_sealed, "", "nobody is shown even the sealed secret");
        assert!(view.checklist.unwrap().failed().is_none());
        let url = format!("http://{}", app.emulator);
        assert_eq!(view.test_server, Some(url));
    }

    async fn refused_credentials_are_never_stored_whatever_is_asked_for(db) {
        let app = TestApp::start(db).await;
        for consent in [NOTHING, Consent { anyway: true, switch: true }] {
            let saved = app.save_connection("wrong", consent).await;
            assert!(matches!(saved, Connected::Failed { may_save_anyway: false, .. }), "{saved:?}");
        }
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_passing_fault_may_be_saved_anyway(db) {
        let app = TestApp::start_fresh(db).await;
        let down = json!({ "kind": "status", "status": 503, "path": "zoneInformation" });
        app.fault(down.clone()).await;
        let saved = app.save_connection(CREDENTIALS.secret, NOTHING).await;
        assert!(matches!(saved, Connected::Failed { may_save_anyway: true, .. }), "{saved:?}");
        app.fault(down).await;
        let saved = app.save_connection(CREDENTIALS.secret, Consent { anyway: true, switch: false }).await;
        assert!(is_done(&saved), "{saved:?}");
    }

    async fn an_empty_secret_keeps_the_saved_one(db) {
        let app = TestApp::start_fresh(db).await;
        assert!(is_done(&app.save_connection(CREDENTIALS.secret, NOTHING).await));
        let changed = Entered { currency: "EUR".to_owned(), ..app.entered("") };
        let saved = app.services.save_connection(app.tenant, None, &changed, NOTHING).await.unwrap();
        app.failures();
        assert!(is_done(&saved), "{saved:?}");
        let row = app.services.connection(app.tenant).await.unwrap().unwrap();
        assert_eq!(row.currency, "EUR");
    }

    async fn a_saved_secret_goes_to_no_other_address(db) {
        let app = TestApp::start_fresh(db).await;
        app.calls();
        let elsewhere = Entered { discovery_url: Some("http://127.0.0.1:1".to_owned()), ..app.entered("") };
        let saved = app.services.save_connection(app.tenant, None, &elsewhere, NOTHING).await.unwrap();
        let Connected::Wrong(errors) = saved else { panic!("{saved:?}") };
        assert_eq!(errors.get("secret"), Some("Enter the secret"));
        assert_eq!(app.calls(), 0);
    }

    async fn a_new_secret_releases_what_the_old_one_held(db) {
        let app = TestApp::start(db).await;
        app.connect("expired").await;
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "held", "Autotask did not accept the user name, secret or integration code").await;
        app.failures();
        let refused = app.services.reconnect(app.tenant, None, "also expired".into(), NOTHING).await.unwrap();
        assert!(matches!(refused, Connected::Failed { may_save_anyway: false, .. }), "{refused:?}");
        let saved = app.services.reconnect(app.tenant, None, CREDENTIALS.secret.into(), NOTHING).await.unwrap();
        assert_eq!(saved, Connected::Done { released: 1 });
        app.failures();
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
    }

    async fn a_secret_of_another_company_is_refused(db) {
        let app = TestApp::start_fresh(db).await;
        assert!(is_done(&app.save_connection(CREDENTIALS.secret, NOTHING).await));
        app.become_another_company(2).await;
        let saved = app.services.reconnect(app.tenant, None, CREDENTIALS.secret.into(), NOTHING).await.unwrap();
        let Connected::Failed { checklist, may_save_anyway } = saved else { panic!("{saved:?}") };
        let line = checklist.failed().unwrap();
        assert!(line.sentence.starts_with("This secret belongs to a different Autotask company"), "{line:?}");
        assert_eq!((line.fix.as_str(), may_save_anyway), ("Disconnect first to switch.", false));
    }

    async fn the_end_keeps_links_and_the_same_company_goes_on_with_them(db) {
        let app = TestApp::start(db).await;
        assert!(is_done(&app.save_connection(CREDENTIALS.secret, NOTHING).await));
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        app.expect("Q-1", "sent", "").await;
        assert!(app.services.disconnect(app.tenant, TENANT, "northwind").await.is_err());
        app.services.disconnect(app.tenant, TENANT, TENANT).await.unwrap();
        assert_eq!(app.services.connection(app.tenant).await.unwrap(), None);
        app.quote("Q-1").line("HDMI cable", "2 × 11.50").send().await;
        app.expect("Q-1", "held", "Autotask is not connected").await;
        let saved = app.save_connection(CREDENTIALS.secret, NOTHING).await;
        assert_eq!(saved, Connected::Done { released: 1 });
        app.settle().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!(app.opportunities("Q-1").len(), 1);
    }

    async fn another_company_is_connected_after_a_question_and_begins_anew(db) {
        let app = TestApp::start(db).await;
        assert!(is_done(&app.save_connection(CREDENTIALS.secret, NOTHING).await));
        let quote = app.quote("Q-1").line("HDMI cable", "1 × 11.50");
        quote.send().await;
        app.services.disconnect(app.tenant, TENANT, TENANT).await.unwrap();
        app.become_another_company(2).await;
        let asked = app.save_connection(CREDENTIALS.secret, NOTHING).await;
        assert!(matches!(asked, Connected::OtherCompany { .. }), "{asked:?}");
        app.become_another_company(2).await;
        let saved = app.save_connection(CREDENTIALS.secret, Consent { anyway: false, switch: true }).await;
        assert!(is_done(&saved), "{saved:?}");
        app.calls();
        quote.with("title", Value::from("Changed")).send().await;
        app.expect("Q-1", "sent", "").await;
        let looked_up = app.requests().iter().any(|entry| entry.path.ends_with("Opportunities/query"));
        assert!(looked_up, "its link was put aside, so it is looked up by its number");
    }

    async fn calls_of_the_last_hour_are_counted(db) {
        let app = TestApp::start(db).await;
        app.calls();
        app.quote("Q-1").line("HDMI cable", "1 × 11.50").send().await;
        let calls = i64::try_from(app.calls()).unwrap();
        let own = async || app.services.api_use(app.tenant).await.unwrap().own;
        let before = own().await;
        app.failures();
        assert!(before >= calls, "{before} of {calls}");
        app.clock.advance(61 * MINUTE);
        let asked = own().await;
        app.failures();
        assert!(asked <= 1, "{asked}: what is older than an hour counts no more, and asking is one call");
    }
}
