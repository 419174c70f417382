//! Customers that Autotask does not know by name: a person chooses the company once.

use opportune::{
    domain::{author::Author, ids::PushId, person::Role},
    error::Error,
};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::types::Uuid;

use crate::harness::{Reply, TestApp, on_both};

const LARKSPUR: i64 = 29_681_104;
const FULTON_STREET: [i64; 2] = [29_681_121, 29_681_122];
const INACTIVE: i64 = 29_681_126;

/// The newest push of a document.
pub async fn push_id(app: &TestApp, number: &str) -> PushId {
    PushId(app.push(number).await["id"].as_str().unwrap().parse::<Uuid>().unwrap())
}

async fn link(app: &TestApp, number: &str, company: &str) -> Result<(String, usize), Error> {
    let push = push_id(app, number).await;
    let linked = app.services.link_customer(app.tenant, &Author::SYSTEM, push, company).await?;
    app.settle().await;
    Ok((linked.company, linked.released))
}

/// A quote of a customer that the source knows by an id.
async fn quote_of(app: &TestApp, number: &str, id: &str, name: &str) {
    app.quote(number).with("customer", json!({ "id": id, "name": name })).send().await;
}

fn main_of(page: &Reply) -> String {
    page.body.as_str().unwrap().split("<main").nth(1).unwrap().replace("&#39;", "'")
}

fn field_error(error: &Error, field: &str) -> String {
    match error {
        Error::Fields(errors) => errors.get(field).unwrap().to_owned(),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_chosen_company_is_remembered_and_releases_all_that_wait_for_the_customer(db) {
        let app = TestApp::start(db).await;
        quote_of(&app, "Q-1", "7", "Larkspur Dental").await;
        quote_of(&app, "Q-2", "7", "Larkspur Dental, Troy").await;
        quote_of(&app, "Q-3", "8", "Larkspur Dental").await;
        app.calls();
        assert_eq!(link(&app, "Q-1", &LARKSPUR.to_string()).await.unwrap(), ("Larkspur Family Dental".to_owned(), 2));
        for number in ["Q-1", "Q-2"] {
            app.expect(number, "sent", "").await;
            assert_eq!(app.opportunity(number)["companyID"], LARKSPUR);
        }
        app.expect("Q-3", "held", "Customer is not in Autotask: Larkspur Dental").await;
        // One read of the company, and four calls each.
        assert_eq!(app.calls(), 9);
        quote_of(&app, "Q-4", "7", "Larkspur Dental").await;
        assert_eq!((app.opportunity("Q-4")["companyID"].as_i64(), app.calls()), (Some(LARKSPUR), 4));
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let told = main_of(&app.page_for(&viewer, "/history").await);
        assert!(told.contains("Opportune linked customer 'Larkspur Dental' with company 'Larkspur Family Dental' (quote Q-1)"), "{told}");
    }

    async fn of_two_companies_of_one_name_the_chosen_one_counts(db) {
        let app = TestApp::start(db).await;
        quote_of(&app, "Q-1", "7", "Fulton Street Pharmacy").await;
        app.expect("Q-1", "held", "Several Autotask companies are called Fulton Street Pharmacy").await;
        let companies = app.services.companies(app.tenant, "", "Fulton Street Pharmacy").await.unwrap();
        let found: Vec<_> = companies.found.iter().map(|company| company.value).collect();
        assert_eq!(found, FULTON_STREET);
        link(&app, "Q-1", &FULTON_STREET[1].to_string()).await.unwrap();
        assert_eq!(app.opportunity("Q-1")["companyID"], FULTON_STREET[1]);
    }

    async fn a_company_that_the_source_names_wrongly_is_a_persons_choice(db) {
        let app = TestApp::start(db).await;
        for (number, id) in [("Q-1", 4_711), ("Q-2", INACTIVE)] {
            let customer = json!({ "id": number, "name": "Larkspur", "autotask_company_id": id });
            app.quote(number).with("customer", customer).send().await;
            app.expect(number, "held", &format!("Company {id} of Larkspur is not an active company in Autotask")).await;
            link(&app, number, &LARKSPUR.to_string()).await.unwrap();
            assert_eq!(app.opportunity(number)["companyID"], LARKSPUR);
        }
    }

    async fn only_an_active_company_can_be_chosen(db) {
        let app = TestApp::start(db).await;
        quote_of(&app, "Q-1", "7", "Larkspur Dental").await;
        for company in [4_711, INACTIVE] {
            let refused = link(&app, "Q-1", &company.to_string()).await.unwrap_err();
            let sentence = format!("Choose another company: {company} is not an active one in Autotask");
            assert_eq!(field_error(&refused, "company"), sentence);
        }
        assert_eq!(field_error(&link(&app, "Q-1", "").await.unwrap_err(), "company"), "Choose a company");
        app.expect("Q-1", "held", "Customer is not in Autotask: Larkspur Dental").await;
        app.quote("Q-5").send().await;
        let refused = link(&app, "Q-5", &LARKSPUR.to_string()).await.unwrap_err();
        assert_eq!(refused.to_string(), "This push does not wait for a company any more.");
    }

    async fn companies_are_found_by_name_number_and_id(db) {
        let app = TestApp::start(db).await;
        let found = async |text: &str, customer: &str| {
            let companies = app.services.companies(app.tenant, text, customer).await.unwrap();
            companies.found.into_iter().map(|company| company.value).collect::<Vec<_>>()
        };
        assert_eq!(found("larkspur dental", "").await, [LARKSPUR]);
        assert_eq!(found("c81104", "").await, [LARKSPUR]);
        assert_eq!(found(&LARKSPUR.to_string(), "").await, [LARKSPUR]);
        assert_eq!(found("", "Larkspur Dental of Troy").await, [LARKSPUR], "by its first word");
        assert_eq!(found("100%", "").await, Vec::<i64>::new());
        assert_eq!(found("Empire Video", "").await, Vec::<i64>::new(), "it is inactive");
        let every = app.services.companies(app.tenant, "a", "").await.unwrap();
        assert_eq!((every.found.len(), every.has_more), (20, true));
    }

    async fn the_page_of_the_push_offers_companies_to_editors(db) {
        let app = TestApp::start(db).await;
        quote_of(&app, "Q-1", "7", "Larkspur Dental").await;
        let page = format!("/activity/{}", push_id(&app, "Q-1").await);
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        assert!(!main_of(&app.page_for(&viewer, &page).await).contains("Link company"));
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let shown = main_of(&app.page_for(&editor, &page).await);
        assert!(shown.contains("Larkspur Family Dental (C81104, Autotask id 29681104)"), "{shown}");
        let searched = main_of(&app.page_for(&editor, &format!("{page}?search=nobody")).await);
        assert!(searched.contains("No active company fits 'nobody'."), "{searched}");
        let refused = app.send_as(&editor, &format!("{page}/company"), "search=Fulton").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(main_of(&refused).contains("Choose a company") && main_of(&refused).contains("C81121"), "{refused:?}");
        let linked = app.send_as(&editor, &format!("{page}/company"), &format!("company={LARKSPUR}")).await;
        assert_eq!((linked.status, linked.header("location")), (StatusCode::SEE_OTHER, &*format!(
            "{page}?done=company&name=Larkspur+Family+Dental&released=1#notice"
        )));
        app.settle().await;
        let after = main_of(&app.page_for(&editor, &format!("{page}?done=company&name=Larkspur&released=3")).await);
        assert!(after.contains("The customer is linked with 'Larkspur'") && after.contains("So do 2 others"), "{after}");
        assert!(!after.contains("Link company"));
    }
}
