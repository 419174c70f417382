//! `/api/openapi.json` and the page made of it, held against the real router and the real reader.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod agreement;
mod rig;
mod routes;
mod settings;
mod shape;

use opportune::api;

#[test]
fn the_document_changes_only_on_purpose() {
    insta::assert_json_snapshot!("openapi", api::document());
}
