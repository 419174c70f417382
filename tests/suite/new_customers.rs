//! Customers that Autotask does not have, created there where the settings say so: once, whatever goes wrong.

use opportune::{
    config::WorkerConfig,
    db::{self, Lease, StepRow},
    domain::{author::Author, person::Role, plan::Target, settings::file::Ids},
    service::{
        preview::{Effect, Preview, Which},
        settings_file::FileRead,
    },
    worker::Worker,
};
use serde_json::{Value, json};
use tokio_util::task::TaskTracker;

use crate::{
    customers::push_id,
    documents::Draft,
    harness::{MINUTE, Reply, SECOND, START, TENANT, TestApp, on_both},
};

const NAME: &str = "Brightwater Clinic";
const PHONE: &str = "518-555-0300";
const EMAIL: &str = "nora@brightwater.example";
const CHECKING: &str = "Checking whether Autotask received it, so that there are not two";
/// A company that is there.
const OTHER: i64 = 29_681_104;

/// A program that creates missing customers.
async fn creating(db: &crate::harness::Database) -> TestApp {
    let app = TestApp::start(db).await;
    create_customers(&app).await;
    app
}

async fn create_customers(app: &TestApp) {
    app.save_settings(|form| form.created.create_missing_customers = true.to_string()).await;
}

/// A quote of a customer that Autotask does not have, with its contact.
fn quote<'a>(app: &'a TestApp, number: &str) -> Draft<'a> {
    let quote = app.quote(number).with("customer", json!({ "id": "7", "name": NAME, "phone": PHONE }));
    quote.with("contact", json!({ "name": "Nora Quist", "email": EMAIL }))
}

fn companies(app: &TestApp) -> Vec<Value> {
    app.rows("Companies").into_iter().filter(|row| row["companyName"] == NAME).collect()
}

fn contacts(app: &TestApp) -> Vec<Value> {
    app.rows("Contacts").into_iter().filter(|row| row["emailAddress"] == EMAIL).collect()
}

/// Fails unless there is one company and one contact, and every document's opportunity and quote have both.
fn one_of_each(app: &TestApp, numbers: &[String]) {
    let (companies, contacts) = (companies(app), contacts(app));
    assert_eq!((companies.len(), contacts.len()), (1, 1), "{companies:#?} {contacts:#?}");
    assert_eq!(contacts[0]["companyID"], companies[0]["id"]);
    for number in numbers {
        let (opportunity, quote) = (app.opportunity(number), app.autotask_quote(number));
        assert_eq!(opportunity["companyID"], companies[0]["id"], "{number}");
        for row in [opportunity, quote] {
            assert_eq!(row["contactID"], contacts[0]["id"], "{number}");
        }
    }
}

async fn preview(app: &TestApp, number: &str) -> Preview {
    app.services.preview(app.tenant, None, Which::Number(number.to_owned())).await.unwrap()
}

/// A worker that claimed a quote's push, committed the intent of its company, and died.
async fn die_after_the_intent(app: &TestApp, number: &str) -> Lease {
    quote(app, number).put().await;
    let now = app.clock.now();
    let mut tx = app.services.db.write().await.unwrap();
    let lease = db::claim_push(&mut tx, now, now + 2 * MINUTE, 2).await.unwrap().unwrap();
    let step = StepRow {
        id: app.clock.new_id(),
        push_id: lease.id,
        target: "company".to_owned(),
        key: "7".to_owned(),
        action: "create".to_owned(),
        state: "intent".to_owned(),
        marker: Some(json!([{ "op": "eq", "field": "companyName", "value": NAME }]).to_string()),
        sources: None,
        request: json!({ "companyName": NAME }).to_string(),
        autotask_id: None,
        note: None,
        lease_token: lease.lease_token,
        settings_revision: 3,
        send_before: now + 5 * SECOND,
        created_at: now,
    };
    db::add_step(&mut tx, lease.tenant(), lease.document(), &step).await.unwrap();
    tx.commit().await.unwrap();
    lease
}

/// Scripts what goes wrong with the create of a company, or of a contact; the search before it is let through.
async fn create_fails(app: &TestApp, search: &str, create: &str, kind: &str) {
    app.fault(json!({ "method": "POST", "path": search, "kind": "latency" })).await;
    let mut fault = json!({ "method": "POST", "path": create, "kind": kind });
    if kind == "status" {
        fault["status"] = json!(503);
    }
    app.fault(fault).await;
}

/// Fifty quotes of one new customer, pushed at the same moment by so many worker processes: each has locks of its own.
async fn all_at_once(app: &TestApp, processes: usize) {
    let numbers: Vec<String> = (0..50).map(|nth| format!("Q-{nth}")).collect();
    for number in &numbers {
        quote(app, number).put().await;
    }
    let config = WorkerConfig { tasks_per_tenant: 50, ..WorkerConfig::default() };
    let new = || Worker::new(app.services.clone(), config.clone());
    let workers: Vec<Worker> = std::iter::repeat_with(new).take(processes).collect();
    let tasks = TaskTracker::new();
    let ticks = workers.iter().cycle().zip(&numbers).map(|(worker, _)| {
        let worker = worker.clone();
        tasks.spawn(async move { worker.tick().await.unwrap() })
    });
    for tick in ticks.collect::<Vec<_>>() {
        assert!(tick.await.unwrap());
    }
    // Whoever came second lets go of its push, or leaves it to the next worker.
    app.failures();
    app.after(2 * MINUTE).await;
    for number in &numbers {
        app.expect(number, "sent", "").await;
    }
    one_of_each(app, &numbers);
}

async fn saved_choice(app: &TestApp) -> bool {
    let view = app.services.settings_view(app.tenant).await.unwrap();
    view.settings.sections.unwrap().created.create_missing_customers
}

on_both! {
    async fn a_new_customer_costs_a_search_and_a_create_each_for_company_and_contact(db) {
        let app = creating(db).await;
        app.quote("Q-0").send().await;
        app.calls();
        quote(&app, "Q-1").send().await;
        assert_eq!(app.calls(), 4 + 2 + 2);
        quote(&app, "Q-2").send().await;
        assert_eq!(app.calls(), 4, "both are remembered");
        quote(&app, "Q-2").send().await;
        assert_eq!(app.calls(), 0);
        one_of_each(&app, &["Q-1".to_owned(), "Q-2".to_owned()]);
        let company = &companies(&app)[0];
        assert_eq!((&company["companyType"], &company["phone"], &company["isActive"]), (&json!(1), &json!(PHONE), &json!(true)));
        assert_eq!(company["ownerResourceID"], app.opportunity("Q-1")["ownerResourceID"]);
    }

    async fn fifty_quotes_at_once_create_one_company_and_one_contact(db) {
        let app = creating(db).await;
        all_at_once(&app, 1).await;
    }

    async fn two_processes_create_one_company_and_one_contact(db) {
        let app = creating(db).await;
        all_at_once(&app, 2).await;
    }

    async fn a_create_without_a_clear_answer_leaves_one_of_each(db) {
        let app = creating(db).await;
        for (search, create) in [("V1.0/Companies/query", "V1.0/Companies"), ("V1.0/Contacts/query", "/Contacts")] {
            for kind in ["cut_before", "cut_after", "status", "html"] {
                create_fails(&app, search, create, kind).await;
                let id = format!("{kind}{}", create.replace(['/', '.'], "-"));
                let numbers = ["Q-1", "Q-2"].map(|number| format!("{number}-{id}"));
                for number in &numbers {
                    let customer = json!({ "id": id, "name": id, "phone": PHONE });
                    quote(&app, number).with("customer", customer).send().await;
                }
                app.after(40 * SECOND).await;
                app.after(6 * MINUTE).await;
                assert_eq!(app.failures().len(), 1, "{kind} at {create} was not hit once");
                let own = app.rows("Companies").into_iter().filter(|row| row["companyName"] == id.as_str());
                let own: Vec<Value> = own.collect();
                let theirs = contacts(&app).into_iter().filter(|row| row["companyID"] == own[0]["id"]);
                let theirs: Vec<Value> = theirs.collect();
                assert_eq!((own.len(), theirs.len()), (1, 1), "{kind} at {create}");
                for number in &numbers {
                    app.expect(number, "sent", "").await;
                    assert_eq!(app.opportunity(number)["contactID"], theirs[0]["id"], "{kind} at {create}");
                }
            }
        }
    }

    async fn nobody_creates_the_company_while_another_create_of_it_may_still_arrive(db) {
        let app = creating(db).await;
        create_fails(&app, "V1.0/Companies/query", "V1.0/Companies", "cut_before").await;
        quote(&app, "Q-1").send().await;
        quote(&app, "Q-2").send().await;
        for number in ["Q-1", "Q-2"] {
            app.expect(number, "waiting", CHECKING).await;
        }
        assert_eq!((companies(&app).len(), app.failures()), (0, vec![0]));
        let late = app.add_company(NAME).await;
        app.after(5 * MINUTE + 35 * SECOND).await;
        for number in ["Q-1", "Q-2"] {
            app.expect(number, "sent", "").await;
        }
        one_of_each(&app, &["Q-1".to_owned(), "Q-2".to_owned()]);
        assert_eq!(companies(&app)[0]["id"], late);
    }

    async fn a_stopped_document_keeps_nobody_from_the_company_that_it_began(db) {
        let app = creating(db).await;
        create_fails(&app, "V1.0/Companies/query", "V1.0/Companies", "cut_before").await;
        quote(&app, "Q-1").send().await;
        assert_eq!(app.failures(), [0]);
        app.services.stop_sync(app.tenant, &Author::SYSTEM, push_id(&app, "Q-1").await, "A test").await.unwrap();
        quote(&app, "Q-2").send().await;
        app.expect("Q-2", "waiting", CHECKING).await;
        app.after(6 * MINUTE).await;
        app.expect("Q-2", "sent", "").await;
        one_of_each(&app, &["Q-2".to_owned()]);
    }

    async fn a_dead_workers_company_that_arrived_is_found(db) {
        let app = creating(db).await;
        die_after_the_intent(&app, "Q-1").await;
        let id = app.add_company(NAME).await;
        app.after(2 * MINUTE).await;
        app.expect("Q-1", "sent", "").await;
        one_of_each(&app, &["Q-1".to_owned()]);
        assert_eq!(companies(&app)[0]["id"], id);
    }

    async fn a_dead_workers_company_that_never_arrived_is_made_once_that_is_certain(db) {
        let app = creating(db).await;
        die_after_the_intent(&app, "Q-1").await;
        quote(&app, "Q-2").put().await;
        app.after(2 * MINUTE).await;
        for number in ["Q-1", "Q-2"] {
            app.expect(number, "waiting", CHECKING).await;
        }
        assert_eq!(companies(&app).len(), 0);
        app.clock.advance(START + 6 * MINUTE - app.clock.now());
        app.settle().await;
        one_of_each(&app, &["Q-1".to_owned(), "Q-2".to_owned()]);
    }

    async fn a_contact_that_a_person_made_inactive_is_not_made_again(db) {
        let app = creating(db).await;
        let company = app.add_company(NAME).await;
        let gone = json!({ "companyID": company, "firstName": "Nora", "lastName": "Quist", "emailAddress": EMAIL, "isActive": 0 });
        app.add(&format!("Companies/{company}/Contacts"), gone).await;
        quote(&app, "Q-1").send().await;
        app.expect("Q-1", "sent", "").await;
        assert_eq!((contacts(&app).len(), &app.opportunity("Q-1")["contactID"]), (1, &Value::Null));
    }

    async fn what_autotask_refuses_of_a_new_customer_is_held_in_its_words(db) {
        let app = creating(db).await;
        app.switch_company_type(false).await;
        quote(&app, "Q-1").send().await;
        let sentence = "Autotask refused: Picklist value [1] does not exist for companyType. ; on record number [1].";
        app.expect("Q-1", "held", sentence).await;
        assert_eq!((app.failures(), app.opportunities("Q-1").len()), (vec![500], 0));
        app.switch_company_type(true).await;
        app.retry("Q-1").await;
        one_of_each(&app, &["Q-1".to_owned()]);
    }

    async fn turning_it_on_creates_the_customers_that_quotes_wait_for(db) {
        let app = TestApp::start(db).await;
        quote(&app, "Q-1").send().await;
        app.quote("Q-2").customer("Empire Video Rental").send().await;
        app.expect("Q-1", "held", &format!("Customer is not in Autotask: {NAME}")).await;
        app.calls();
        app.save_settings(|form| form.created.probability = "10".into()).await;
        assert_eq!(app.calls(), 0, "other settings mend nothing");
        create_customers(&app).await;
        app.expect("Q-1", "sent", "").await;
        app.expect("Q-2", "held", "Company Empire Video Rental is inactive in Autotask").await;
        one_of_each(&app, &["Q-1".to_owned()]);
    }

    async fn a_customer_without_a_phone_number_is_sent_again_with_one_or_linked(db) {
        let app = creating(db).await;
        let lacking = |number: &str| app.quote(number).with("customer", json!({ "id": number, "name": NAME }));
        for number in ["Q-1", "Q-2"] {
            lacking(number).send().await;
            app.expect(number, "held", &format!("Customer cannot be created in Autotask without a phone number: {NAME}")).await;
        }
        quote(&app, "Q-1").with("contact", Value::Null).send().await;
        app.expect("Q-1", "sent", "").await;
        app.services.link_customer(app.tenant, &Author::SYSTEM, push_id(&app, "Q-2").await, &OTHER.to_string()).await.unwrap();
        app.settle().await;
        assert_eq!((companies(&app).len(), &app.opportunity("Q-2")["companyID"]), (1, &json!(OTHER)));
    }

    async fn a_preview_shows_what_will_be_created_and_from_what(db) {
        let app = creating(db).await;
        quote(&app, "Q-1").put().await;
        let shown = preview(&app, "Q-1").await;
        let record = |target| shown.records.iter().find(|record| record.target == target).unwrap();
        for (target, path) in [(Target::Company, "Companies"), (Target::Contact, "Companies/{company 7}/Contacts")] {
            let record = record(target);
            assert_eq!((&record.effect, record.request.as_ref().unwrap().path.as_str()), (&Effect::Create, path));
        }
        let told = |target, name: &str| {
            let field = record(target).fields.iter().find(|field| field.name == name).unwrap();
            (field.label.clone().unwrap_or_default(), field.source.clone())
        };
        assert_eq!(told(Target::Company, "companyType"), ("Customer".to_owned(), "the same for every quote".to_owned()));
        assert_eq!(told(Target::Company, "phone").1, "the quote's customer's phone number");
        assert_eq!(told(Target::Contact, "lastName").1, "the quote's contact");
        assert_eq!(told(Target::Opportunity, "contactID").0, "the new contact's id");
        assert_eq!(shown.problems, []);
        assert_eq!(companies(&app).len(), 0);
        app.settle().await;
        one_of_each(&app, &["Q-1".to_owned()]);
        let viewer = app.sign_in_as("Vic", Role::Viewer).await;
        let page = app.page_for(&viewer, &format!("/activity/{}", push_id(&app, "Q-1").await)).await;
        let html = page.body.as_str().unwrap();
        assert!(html.contains("Create the company") && html.contains("Create the contact"), "{html}");
    }

    async fn without_it_the_problem_says_both_ways_out_and_leads_there(db) {
        let app = TestApp::start(db).await;
        quote(&app, "Q-1").put().await;
        let problem = &preview(&app, "Q-1").await.problems[0];
        assert_eq!(problem.path.as_deref(), Some("created.create_missing_customers"));
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let shown = app.page_for(&editor, "/apps/autotask/opportunities/preview?quote=Q-1").await;
        app.settle().await;
        let push = app.page_for(&editor, &format!("/activity/{}", push_id(&app, "Q-1").await)).await;
        for page in [shown, push] {
            let html = page.body.as_str().unwrap().replace("&#39;", "'").replace("&#34;", "\"");
            assert!(html.contains("Choose its company on the push's page. Or turn on \"Create missing customers in Autotask\""), "{html}");
            assert!(html.contains("#created-create_missing_customers"), "{html}");
        }
    }

    async fn the_choice_goes_through_form_rest_file_and_history(db) {
        let app = TestApp::start(db).await;
        assert!(!saved_choice(&app).await, "off by default");
        let old = app.services.settings_file(app.tenant, TENANT, Ids::Written).await.unwrap();
        let old = old.replace("create_missing_customers = false # true or false\n", "");
        create_customers(&app).await;
        let newest = app.services.newest_revision(app.tenant).await.unwrap().revision;
        let change = &app.services.changes_of(app.tenant, newest).await.unwrap().unwrap()[0];
        assert_eq!(
            (change.label.as_str(), change.before.as_deref(), change.after.as_str()),
            ("Create missing customers in Autotask", Some("off"), "on"),
        );
        let editor = app.sign_in_as("Eddy", Role::Editor).await;
        let page = app.page_for(&editor, "/apps/autotask/opportunities").await;
        let control = page.body.as_str().unwrap().split("name=\"created[create_missing_customers]\"").nth(1).unwrap();
        assert!(control.split('>').next().unwrap().ends_with(" checked"), "{control}");
        let saved = app.page_for(&editor, "/apps/autotask/opportunities/saved").await.body;
        assert!(saved.as_str().unwrap().contains("Create missing customers in Autotask"), "{saved}");

        let FileRead::Fits { changes, .. } = app.services.read_settings_file(app.tenant, &old).await.unwrap() else {
            panic!("an older file does not fit")
        };
        assert_eq!(changes, [], "what an older file does not know stays");
        let text = app.services.settings_file(app.tenant, TENANT, Ids::Written).await.unwrap();
        assert!(text.contains("\ncreate_missing_customers = true # true or false\n"), "{text}");
        let off = text.replace("create_missing_customers = true", "create_missing_customers = \"no\"");
        let FileRead::Wrong(problems) = app.services.read_settings_file(app.tenant, &off).await.unwrap() else {
            panic!("a text is taken for a choice")
        };
        assert!(problems[0].to_string().ends_with("created.create_missing_customers: must be true or false"), "{problems:?}");

        let reply = app.get("settings/opportunities").await;
        let mut sections = reply.body["sections"].clone();
        assert_eq!(sections["created"]["create_missing_customers"], true);
        sections["created"].as_object_mut().unwrap().remove("create_missing_customers");
        let request = app.api(reqwest::Method::PUT, "settings/opportunities").header("if-match", reply.header("etag"));
        let put = Reply::of(request.json(&sections)).await;
        assert_eq!(put.body["sections"]["created"]["create_missing_customers"], false, "{put:?}");
        assert!(!saved_choice(&app).await, "a sender that does not know it leaves it off");
    }
}
