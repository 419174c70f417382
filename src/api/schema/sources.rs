//! What the settings of a source look like, for `openapi.json`; `domain::settings::source_document` reads them.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// How a source is read, and what its codes mean. The key is not part of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceSections {
    /// The currency of its amounts, as three capital letters; absent is that of the Autotask connection.
    #[schema(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: Option<String>,
    /// How often it is read, in minutes.
    #[schema(minimum = 1, maximum = 60)]
    every_minutes: i64,
    /// Whether it is not read for now.
    #[schema(default = false)]
    paused: Option<bool>,
    /// What codes mean, beside what is known anyway: field, space and number, with the word of a meaning. Absent is none.
    /// `GET /api/v1/sources/quote-manager` names those that nobody said the meaning of, with the words to choose from.
    #[schema(example = json!({ "quoteline.recurringType 1": "monthly" }))]
    codes: Option<BTreeMap<String, String>>,
    /// A note for the history. It is kept with the revision and not given back here.
    #[schema(max_length = 500)]
    note: Option<String>,
}
