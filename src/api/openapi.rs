//! What `openapi.json` says beside the routes: its title, its token, and the refusals that many routes share.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        self, Content, RefOr, Response, ResponseBuilder,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::error::Problem;

/// The document without its routes; they come from the router.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Opportune REST API",
        version = "1",
        description = "Takes quotes and sales in and brings them to Autotask PSA as opportunities or tickets.\n\n\
            Every request carries an API token, every body is JSON. Errors are `application/problem+json`: `detail` \
            says what to do, `fields` names every wrong field by its path. Unknown fields are refused, not dropped. \
            Amounts and quantities are decimals in quotation marks, so that nothing is rounded on the way. \
            Optional fields may be absent or null.\n\n\
            A method that an address does not take is answered with 405, an address that is not listed here with 404."
    ),
    tags(
        (name = "Documents", description = "Quotes and sales. A `PUT` carries the whole current state, so sending it twice changes nothing."),
        (name = "Catalogue", description = "Brands, categories and items: what documents name, and the services and labor roles of Autotask."),
        (name = "Lists", description = "What can be chosen from in Autotask, as last fetched."),
        (name = "Pushes", description = "What was sent to Autotask, what waits and why."),
        (name = "Repairs", description = "What waits for a person: causes of held pushes, and what comparing with Autotask found."),
        (name = "Settings", description = "What the Opportunities and Tickets pages save. Each save is a revision, and its number is the `ETag`.")
    ),
    security(("token" = [])),
    modifiers(&Bearer)
)]
pub struct Described;

/// The scheme of the token.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let text = "An API token of the tenant, in the header `Authorization: Bearer TOKEN`. \
                    `opportune admin add-token` makes one.";
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// How any request can be refused.
pub struct AnyRefusal;

impl IntoResponses for AnyRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("401", "The token is missing or not known. Send one in the `Authorization` header."),
            (
                "500",
                "The service has a problem. Nothing was changed; send the request again. `reference` names it in the log.",
            ),
        ])
    }
}

/// How a request with a document can be refused.
pub struct DocumentRefusal;

impl IntoResponses for DocumentRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("400", "The body is not JSON."),
            ("404", "The number in the address is not text in UTF-8."),
            ("413", "The body is longer than 2 MiB. Split the document."),
            ("415", "The body is not declared as `application/json`."),
            ("422", "Some fields are wrong. `fields` names each by its path, with what it must be."),
            (
                "429",
                "50,000 documents wait to be sent, and this one is new. `Retry-After` says after how many seconds to send it again. Changes of documents that are known are always taken.",
            ),
        ])
    }
}

/// How a change of settings can be refused.
pub struct SettingsRefusal;

impl IntoResponses for SettingsRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("400", "The body is not JSON, or `If-Match` is not an ETag in quotation marks."),
            ("413", "The body is longer than 2 MiB."),
            ("415", "The body is not declared as `application/json`."),
            ("422", "Some fields are wrong. `fields` names each by its path, with what to do."),
        ])
    }
}

/// How a preview can be refused.
pub struct PreviewRefusal;

impl IntoResponses for PreviewRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("400", "The body is not JSON."),
            ("404", "There is no document of that number."),
            ("413", "The body is longer than 2 MiB."),
            ("415", "The body is not declared as `application/json`."),
            ("422", "Some fields are wrong. `fields` names each by its path, with what it must be."),
        ])
    }
}

/// How a request with entries of the catalogue can be refused.
pub struct EntriesRefusal;

impl IntoResponses for EntriesRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([
            ("400", "The body is not JSON."),
            ("413", "The body is longer than 2 MiB. Send fewer entries at a time."),
            ("415", "The body is not declared as `application/json`."),
            ("422", "Some fields are wrong. `fields` names each by its path, with what it must be."),
        ])
    }
}

/// How a request for a page can be refused.
pub struct PageRefusal;

impl IntoResponses for PageRefusal {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals([("400", "A parameter is not known, or its value is not.")])
    }
}

fn refusals<const N: usize>(texts: [(&str, &str); N]) -> BTreeMap<String, RefOr<Response>> {
    texts.into_iter().map(|(status, text)| (status.to_owned(), RefOr::T(refusal(text)))).collect()
}

fn refusal(text: &str) -> Response {
    let schema = openapi::Ref::from_schema_name(Problem::name());
    ResponseBuilder::new()
        .description(text)
        .content("application/problem+json", Content::new(Some(schema)))
        .build()
}
