//! The table of failures: every answer, and what it means for a read, an update or delete, and a create.

use super::*;

/// A class for each kind of call: read, set, create.
type Classes = [&'static str; 3];

const SUCCESS: Classes = ["success"; 3];
const CREDENTIALS: Classes = ["credentials"; 3];
const THROTTLED: Classes = ["throttled"; 3];
const MISSING: Classes = ["missing"; 3];
const REFUSED: Classes = ["refused"; 3];
/// Nobody knows what happened.
const UNCLEAR: Classes = ["temporary", "temporary", "unknown"];
/// A sentence that is not known: a read may come through the next time, a write is left to a person.
const UNRECOGNISED: Classes = ["temporary", "refused", "refused"];
/// Autotask asks for a pause, and a create may have happened.
const PAUSE: Classes = ["throttled", "throttled", "unknown"];

fn class(failure: Option<&Failure>) -> &'static str {
    match failure {
        None => "success",
        Some(Failure::NotSent(_)) => "not sent",
        Some(Failure::Throttled(_)) => "throttled",
        Some(Failure::Paced { .. }) => "paced",
        Some(Failure::Credentials) => "credentials",
        Some(Failure::Refused(_)) => "refused",
        Some(Failure::Missing) => "missing",
        Some(Failure::Temporary(_)) => "temporary",
        Some(Failure::Unknown(_)) => "unknown",
    }
}

fn errors(sentences: &[&str]) -> String {
    serde_json::json!({ "errors": sentences }).to_string()
}

/// Fails for every case whose class is another one; the number of cases.
fn check(cases: &[(u16, String, Classes)], retry_after: Option<Duration>) -> usize {
    let mut wrong = Vec::new();
    for (status, body, expected) in cases {
        let kinds = [Kind::Read, Kind::Set, Kind::Create];
        let classes = kinds.map(|kind| class(classify(kind, *status, body, retry_after).as_ref()));
        if classes != *expected {
            wrong.push(format!("{status} {body}: {classes:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    cases.len()
}

/// Sentences that were seen (contract §2.4), each a refusal.
const SEEN: [&str; 20] = [
    "Missing Required Field: isOptional. ; on record number [1].",
    "Missing Required Field: periodType",
    "Picklist value [3] does not exist for noteType. ; on record number [1].",
    "Reference value on field: contactID of type: Contact does not exist or is invalid. ; on record number [1].",
    "contactID: Value 12345 does not exist or is invalid",
    "Value does not exist for the required field companyID",
    "Value does not reference an existing entity for taskType . ",
    "String value exceeds maximum length (field:title).",
    "Unable to find projectID in the TimeEntry Entity.",
    "The logged in Resource does not have the adequate permissions to query this entity type.",
    "The logged in Resource does not have the adequate permissions to create this entity type.",
    "The logged in Resource does not have the adequate permissions to update this entity type.",
    "The logged in Resource does not have the adequate permissions to delete this entity type.",
    "Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.",
    "When QuoteItem.quoteItemType is set to Product(1) the QuoteItem.periodType may not be Semi-Annual.",
    "The given allocation code is not an active general allocation code",
    "No message. No matching records found. The logged in Resource may not have the required permissions to delete the data.",
    "maxCountOfRecordsToReturn must be between 1 and 500",
    "Queries are limited to 500 or fewer 'OR' conditions.",
    "billingCodeID is a required field when a Resource (primary/secondary) is assigned to a Task",
];

/// Sentences of a far side that is not well.
const ILL: [&str; 8] = [
    "internal error: scripted fault 500",
    "An internal error occurred",
    "Internal Server Error",
    "An error has occurred.",
    "Timeout expired. The timeout period elapsed prior to completion of the operation.",
    "The operation has timed out.",
    "Transaction (Process ID 61) was deadlocked on lock resources with another process",
    "Object reference not set to an instance of an object.",
];

const BUSY: [&str; 4] = [
    "The thread threshold of 3 threads has been exceeded.",
    "Thread Threshold Exceeded (Itgenatr005)",
    "You have exceeded the request threshold of 10000 per hour.",
    "Too many requests",
];

#[test]
fn every_sentence_has_its_class() {
    let mut cases = Vec::new();
    cases.extend(SEEN.map(|sentence| (500, errors(&[sentence]), REFUSED)));
    cases.extend(ILL.map(|sentence| (500, errors(&[sentence]), UNCLEAR)));
    cases.extend(BUSY.map(|sentence| (500, errors(&[sentence]), THROTTLED)));
    cases.extend(BUSY.map(|sentence| (429, errors(&[sentence]), THROTTLED)));
    cases.extend([403, 503].map(|status| (status, errors(&[BUSY[0]]), THROTTLED)));
    cases.push((500, errors(&["The moon is in the wrong quarter."]), UNRECOGNISED));
    cases.push((500, errors(&[SEEN[0], SEEN[1]]), REFUSED));
    cases.push((500, errors(&["The moon is in the wrong quarter.", SEEN[0]]), REFUSED));
    cases.push((500, errors(&[SEEN[0], ILL[0]]), UNCLEAR));
    assert_eq!(check(&cases, None), 42);
}

#[test]
fn every_status_has_its_class() {
    let html = || "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title>".to_owned();
    let message = || r#"{"Message":"The requested resource does not support http method 'GET'."}"#.to_owned();
    let known = || errors(&[SEEN[0]]);
    let cases = [
        (200, r#"{"itemId":4}"#.to_owned(), SUCCESS),
        (200, r#"{"items":[],"pageDetails":{}}"#.to_owned(), SUCCESS),
        (200, r#"{"item":null}"#.to_owned(), SUCCESS),
        (200, r#"{"itemId":"#.to_owned(), UNCLEAR),
        (200, String::new(), UNCLEAR),
        (200, html(), UNCLEAR),
        (204, String::new(), UNCLEAR),
        (101, String::new(), UNCLEAR),
        (302, String::new(), UNCLEAR),
        (307, html(), UNCLEAR),
        (400, known(), REFUSED),
        (400, String::new(), REFUSED),
        (401, String::new(), CREDENTIALS),
        (401, html(), CREDENTIALS),
        (401, known(), CREDENTIALS),
        (402, String::new(), REFUSED),
        (403, String::new(), REFUSED),
        (403, html(), REFUSED),
        (404, html(), MISSING),
        (404, String::new(), MISSING),
        (404, known(), MISSING),
        (405, message(), REFUSED),
        (408, String::new(), UNCLEAR),
        (409, String::new(), REFUSED),
        (413, html(), REFUSED),
        (415, message(), REFUSED),
        (422, known(), REFUSED),
        (429, String::new(), THROTTLED),
        (429, html(), THROTTLED),
        (451, String::new(), REFUSED),
        (500, String::new(), UNCLEAR),
        (500, html(), UNCLEAR),
        (500, message(), UNCLEAR),
        (500, r#"{"errors":[]}"#.to_owned(), UNCLEAR),
        (500, r#"{"errors":["", " "]}"#.to_owned(), UNCLEAR),
        (500, r#"{"errors":[{"code":1}]}"#.to_owned(), UNCLEAR),
        (500, r#"{"errors":"Missing Required Field: x"}"#.to_owned(), UNCLEAR),
        (500, r#"{"errors":["Missing Required"#.to_owned(), UNCLEAR),
        (501, known(), UNCLEAR),
        (502, known(), UNCLEAR),
        (503, html(), UNCLEAR),
        (504, String::new(), UNCLEAR),
        (520, html(), UNCLEAR),
        (599, String::new(), UNCLEAR),
    ];
    assert_eq!(check(&cases, None), 44);
}

#[test]
fn a_pause_that_is_asked_for_is_kept() {
    let wait = Some(Duration::from_secs(7));
    let cases = [(429, String::new(), THROTTLED), (503, String::new(), PAUSE), (500, String::new(), UNCLEAR)];
    check(&cases, wait);
    let throttled = Some(Failure::Throttled(wait));
    assert_eq!(classify(Kind::Read, 429, "", wait), throttled);
    assert_eq!(classify(Kind::Create, 500, &errors(&[BUSY[0]]), wait), throttled);
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    let cases = [
        ("7", date, Some(7)),
        (" 120 ", None, Some(120)),
        ("604800", None, Some(604_800)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", date, Some(60)),
        ("Mon, 07 Nov 1994 08:49:37 GMT", date, Some(86_400)),
        ("0", date, None),
        ("-5", date, None),
        ("1.5", date, None),
        ("", date, None),
        ("soon", date, None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", date, None),
        ("Sun, 06 Nov 1994 08:00:00 GMT", date, None),
        ("Sun, 06 Nov 1994 08:50:37 GMT", None, None),
        ("Sun, 06 Nov 1994 08:50:37 GMT", Some("now"), None),
        ("99999999999999999999999", date, None),
    ];
    for (header, date, seconds) in cases {
        assert_eq!(retry_after(header, date), seconds.map(Duration::from_secs), "{header}");
    }
}

#[test]
fn a_refusal_is_told_in_autotasks_words_and_cut() {
    let long = "Missing Required Field: ".repeat(100);
    let Some(Failure::Refused(sentence)) = classify(Kind::Create, 500, &errors(&[&long]), None) else {
        panic!("not refused");
    };
    assert_eq!(sentence.chars().count(), SENTENCE);
    let two = classify(Kind::Set, 500, &errors(&["One.", "Two."]), None);
    assert_eq!(two, Some(Failure::Refused("One. Two.".to_owned())));
    assert_eq!(refusal(Some(500), Some(&errors(&["No such user."]))), Some("No such user.".to_owned()));
    assert_eq!(refusal(Some(500), Some(&errors(&[ILL[0]]))), None);
    assert_eq!(refusal(Some(503), Some(&errors(&["No such user."]))), None);
}
