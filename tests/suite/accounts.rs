//! Signing in: throttling, the end of sessions, tokens, passwords.

use opportune::{
    domain::person::Role,
    error::Error,
    service::{Services, accounts::WRONG_PASSWORD},
};
use reqwest::{StatusCode, header};

use crate::harness::{Database, HOUR, MINUTE, Reply, SECOND, TestApp, on_both};

const EMAIL: &str = "robin@example.com";
const PASSWORD: &str = "a sentence is fine";
const ADDRESS: &str = "10.0.0.1";

async fn with_robin(db: &Database) -> Services {
    let services = db.services().await;
    let tenant = services.add_tenant("Ours").await.unwrap();
    services.put_user(tenant, EMAIL, "Robin", PASSWORD.into()).await.unwrap();
    services
}

/// What a sign-in came to: `Ok`, or the sentence.
async fn try_in(services: &Services, email: &str, password: &str, address: &str) -> Result<String, String> {
    services.sign_in(email, password.into(), address).await.map_err(|error| error.to_string())
}

async fn fail(services: &Services, times: usize) {
    for _ in 0..times {
        assert_eq!(try_in(services, EMAIL, "wrong", ADDRESS).await, Err(WRONG_PASSWORD.to_owned()));
    }
}

on_both! {
    async fn the_right_password_begins_a_session(db) {
        let services = with_robin(db).await;
        let token = try_in(&services, " Robin@Example.com ", PASSWORD, ADDRESS).await.unwrap();
        let visitor = services.visitor(&token).await.unwrap().unwrap();
        assert_eq!((visitor.user_name.as_str(), visitor.tenant_name.as_str()), ("Robin", "Ours"));
        assert_eq!(visitor.tenant, services.tenant("Ours").await.unwrap());
        assert!(services.visitor("another token").await.unwrap().is_none());
    }

    async fn a_wrong_sign_in_never_says_what_is_wrong(db) {
        let services = with_robin(db).await;
        let long = "x".repeat(257);
        for (email, password) in [(EMAIL, "wrong"), ("nobody@example.com", PASSWORD), ("", ""), (EMAIL, long.as_str())] {
            services.clock.advance(HOUR);
            assert_eq!(try_in(&services, email, password, ADDRESS).await, Err(WRONG_PASSWORD.to_owned()));
        }
    }

    async fn waits_begin_after_the_fifth_failure_and_double(db) {
        let services = with_robin(db).await;
        fail(&services, 5).await;
        for wait in [1, 2, 4, 8] {
            let blocked = services.sign_in(EMAIL, PASSWORD.into(), ADDRESS).await;
            assert!(matches!(blocked, Err(Error::TooMany(seconds)) if seconds == wait + 1), "after {wait}: {blocked:?}");
            services.clock.advance(i64::try_from(wait).unwrap() * SECOND);
            fail(&services, 1).await;
        }
        services.clock.advance(15 * MINUTE);
        try_in(&services, EMAIL, PASSWORD, ADDRESS).await.unwrap();
        fail(&services, 5).await;
    }

    async fn an_account_is_never_locked_for_longer_than_a_quarter_of_an_hour(db) {
        let services = with_robin(db).await;
        for _ in 0..30 {
            fail(&services, 1).await;
            services.clock.advance(15 * MINUTE);
        }
        try_in(&services, EMAIL, PASSWORD, ADDRESS).await.unwrap();
    }

    async fn failures_count_by_account_and_by_address(db) {
        let services = with_robin(db).await;
        fail(&services, 5).await;
        assert!(services.sign_in(EMAIL, PASSWORD.into(), "10.0.0.2").await.is_err(), "the account waits, wherever from");
        let other = services.sign_in("nobody@example.com", PASSWORD.into(), ADDRESS).await;
        assert!(matches!(other, Err(Error::TooMany(_))), "the address waits, whoever it is: {other:?}");
        assert_eq!(try_in(&services, "nobody@example.com", PASSWORD, "10.0.0.2").await, Err(WRONG_PASSWORD.to_owned()));
    }

    async fn failures_are_forgotten_after_a_day(db) {
        let services = with_robin(db).await;
        fail(&services, 4).await;
        services.clock.advance(25 * HOUR);
        fail(&services, 5).await;
    }

    async fn a_session_ends_an_hour_after_its_last_use(db) {
        let services = with_robin(db).await;
        let token = try_in(&services, EMAIL, PASSWORD, ADDRESS).await.unwrap();
        for _ in 0..3 {
            services.clock.advance(59 * MINUTE);
            assert!(services.visitor(&token).await.unwrap().is_some());
        }
        services.clock.advance(HOUR);
        assert!(services.visitor(&token).await.unwrap().is_none());
    }

    async fn a_session_ends_after_twelve_hours_however_much_it_is_used(db) {
        let services = with_robin(db).await;
        let token = try_in(&services, EMAIL, PASSWORD, ADDRESS).await.unwrap();
        for _ in 0..23 {
            services.clock.advance(30 * MINUTE);
            assert!(services.visitor(&token).await.unwrap().is_some());
        }
        services.clock.advance(30 * MINUTE);
        assert!(services.visitor(&token).await.unwrap().is_none());
    }

    async fn signing_out_ends_that_session_alone(db) {
        let services = with_robin(db).await;
        let here = try_in(&services, EMAIL, PASSWORD, ADDRESS).await.unwrap();
        let there = try_in(&services, EMAIL, PASSWORD, "10.0.0.2").await.unwrap();
        services.sign_out(&here).await.unwrap();
        assert!(services.visitor(&here).await.unwrap().is_none());
        assert!(services.visitor(&there).await.unwrap().is_some());
    }

    async fn passwords_have_fifteen_to_256_characters(db) {
        let services = with_robin(db).await;
        let tenant = services.tenant("Ours").await.unwrap();
        for (length, accepted) in [(0, false), (14, false), (15, true), (256, true), (257, false)] {
            // Characters count, not bytes.
            let password = "ä".repeat(length);
            let put = services.put_user(tenant, "new@example.com", "New", password.clone().into()).await;
            assert_eq!(put.is_ok(), accepted, "{length}: {put:?}");
            if accepted {
                try_in(&services, "new@example.com", &password, ADDRESS).await.unwrap();
            }
        }
    }

    async fn a_person_needs_an_address_that_is_nobody_elses(db) {
        let services = with_robin(db).await;
        let (ours, theirs) = (services.tenant("Ours").await.unwrap(), services.add_tenant("Theirs").await.unwrap());
        for address in ["", "robin", "robin@", "two words@example.com"] {
            let refused = services.put_user(ours, address, "Robin", PASSWORD.into()).await.unwrap_err();
            assert_eq!(refused.to_string(), "Give an e-mail address, such as name@example.com.");
        }
        let refused = services.put_user(theirs, "ROBIN@example.com", "Thief", PASSWORD.into()).await.unwrap_err();
        assert_eq!(refused.to_string(), "That e-mail address belongs to another tenant.");
        services.put_user(ours, EMAIL, "Robin", "another sentence".into()).await.unwrap();
        assert!(try_in(&services, EMAIL, PASSWORD, ADDRESS).await.is_err());
        try_in(&services, EMAIL, "another sentence", ADDRESS).await.unwrap();
    }

    async fn a_tenants_name_is_its_own(db) {
        let services = with_robin(db).await;
        let refused = services.add_tenant("Ours").await.unwrap_err();
        assert_eq!(refused.to_string(), "There is a tenant called Ours. Choose another name.");
        assert!(matches!(services.tenant("Nobody").await, Err(Error::NotFound(_))));
    }

    async fn a_token_is_of_one_tenant(db) {
        let services = with_robin(db).await;
        let (ours, theirs) = (services.tenant("Ours").await.unwrap(), services.add_tenant("Theirs").await.unwrap());
        let (our_token, their_token) = (services.add_token(ours, "a").await.unwrap(), services.add_token(theirs, "b").await.unwrap());
        assert_eq!(services.tenant_of_token(&our_token).await.unwrap().0, ours);
        assert_eq!(services.tenant_of_token(&their_token).await.unwrap().0, theirs);
        assert!(matches!(services.tenant_of_token("opp_nobody").await, Err(Error::Unauthorized(_))));
    }

    async fn the_pages_are_for_who_is_signed_in(db) {
        let app = TestApp::start(db).await;
        app.services.put_user(app.tenant, EMAIL, "Robin", PASSWORD.into()).await.unwrap();
        let page = async |cookie: &str| Reply::of(app.http.get(app.url("/activity?status=held")).header(header::COOKIE, cookie)).await;
        let turned_away = page("").await;
        assert_eq!((turned_away.status, turned_away.header("location")), (StatusCode::SEE_OTHER, "/sign-in?next=%2Factivity%3Fstatus%3Dheld"));
        let sign_in = async |password: &str| {
            let form = format!("email=robin%40example.com&password={password}&next=%2Factivity");
            let request = app.http.post(app.url("/sign-in")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            Reply::of(request.body(form)).await
        };
        assert_eq!(sign_in("wrong").await.status, StatusCode::UNAUTHORIZED);
        let signed = sign_in("a+sentence+is+fine").await;
        assert_eq!((signed.status, signed.header("location")), (StatusCode::SEE_OTHER, "/activity"));
        let cookie = signed.header("set-cookie");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap();
        assert_eq!(page(cookie).await.status, StatusCode::OK);
        let out = Reply::of(app.http.post(app.url("/sign-out")).header(header::COOKIE, cookie)).await;
        assert_eq!(out.header("location"), "/sign-in");
        assert_eq!(page(cookie).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_theme_is_kept_for_its_person_alone(db) {
        let app = TestApp::start_fresh(db).await;
        let (robin, kim) = (app.sign_in_as("Robin", Role::Administrator).await, app.sign_in_as("Kim", Role::Viewer).await);
        let html = async |cookie: &str, path| app.page_for(cookie, path).await.body.as_str().unwrap().to_owned();
        assert!(html(&robin, "/apps").await.contains(r#"<html lang="en" data-theme="system">"#));
        for theme in ["light", "dark"] {
            let saved = app.send_as(&robin, "/account/theme", &format!("theme={theme}")).await;
            assert_eq!(saved.header("location"), "/account?done=theme#notice");
            assert!(html(&robin, "/apps").await.contains(&format!(r#"<html lang="en" data-theme="{theme}">"#)));
            assert!(html(&robin, "/account").await.contains(&format!(r#"value="{theme}" checked"#)));
        }
        assert!(html(&kim, "/apps").await.contains(r#"data-theme="system""#));
        assert_eq!(app.send_as(&robin, "/account/theme", "theme=loud").await.status, StatusCode::BAD_REQUEST);
    }

    async fn a_person_ends_their_other_sessions(db) {
        let app = TestApp::start_fresh(db).await;
        let (here, there) = (app.sign_in_as("Robin", Role::Administrator).await, app.sign_in_again("Robin").await);
        let kim = app.sign_in_as("Kim", Role::Viewer).await;
        let account = app.page_for(&here, "/account").await.body.as_str().unwrap().to_owned();
        assert_eq!(account.matches("From 10.0.0.1").count(), 2, "{account}");
        assert_eq!(account.matches("This session").count(), 1, "{account}");
        app.send_as(&here, "/account/sessions/end", "").await;
        let status = async |cookie: &str| app.page_for(cookie, "/account").await.status;
        assert_eq!((status(&here).await, status(&there).await, status(&kim).await), (StatusCode::OK, StatusCode::SEE_OTHER, StatusCode::OK));
        let account = app.page_for(&here, "/account").await.body.as_str().unwrap().to_owned();
        assert!(!account.contains("Sign out other sessions"), "there are none");
    }

    async fn a_password_is_changed_by_who_knows_it(db) {
        let app = TestApp::start_fresh(db).await;
        let (here, there) = (app.sign_in_as("Robin", Role::Viewer).await, app.sign_in_again("Robin").await);
        let change = async |current: &str, new: &str| app.send_as(&here, "/account/password", &format!("current={current}&new={new}")).await;
        let short = change("a+sentence+is+fine", "short").await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(short.body.as_str().unwrap().contains("Enter a new password of 15 to 256 characters"));
        let wrong = change("not+it", "another+sentence").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.body.as_str().unwrap().contains("Enter your current password"));
        assert_eq!(app.page_for(&there, "/apps").await.status, StatusCode::OK, "nothing happened yet");
        assert_eq!(change("a+sentence+is+fine", "another+sentence").await.status, StatusCode::SEE_OTHER);
        assert_eq!(app.page_for(&there, "/apps").await.status, StatusCode::SEE_OTHER, "the other session ended");
        assert_eq!(app.page_for(&here, "/apps").await.status, StatusCode::OK);
        assert!(try_in(&app.services, EMAIL, PASSWORD, ADDRESS).await.is_err());
        try_in(&app.services, EMAIL, "another sentence", ADDRESS).await.unwrap();
    }

    async fn a_stolen_session_cannot_guess_the_password(db) {
        let app = TestApp::start_fresh(db).await;
        let cookie = app.sign_in_as("Robin", Role::Viewer).await;
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(app.send_as(&cookie, "/account/password", "current=guess&new=another+sentence").await.status.as_u16());
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    }

    async fn using_the_session_by_script_keeps_it(db) {
        let app = TestApp::start_fresh(db).await;
        let cookie = app.sign_in_as("Robin", Role::Viewer).await;
        for _ in 0..11 {
            app.clock.advance(56 * MINUTE);
            let stayed = app.send_as(&cookie, "/session", "").await;
            assert_eq!((stayed.status, stayed.body.to_string()), (StatusCode::OK, "3600".to_owned()));
        }
        app.clock.advance(56 * MINUTE);
        let page = app.page_for(&cookie, "/apps").await.body.as_str().unwrap().to_owned();
        assert!(page.contains(r#"<body data-session-seconds="2880">"#), "a session lasts 12 hours at most");
        app.clock.advance(49 * MINUTE);
        assert_eq!(app.send_as(&cookie, "/session", "").await.status, StatusCode::SEE_OTHER);
    }

    async fn a_form_from_another_site_is_refused(db) {
        let app = TestApp::start(db).await;
        let request = app.http.post(app.url("/sign-out")).header("sec-fetch-site", "cross-site").header("origin", "https://evil.example");
        assert_eq!(Reply::of(request).await.status, StatusCode::FORBIDDEN);
    }
}
