//! `/api/v1/preview`: what Autotask would receive, without sending it.

use std::borrow::Cow;

use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{ObjectBuilder, SchemaType, Type},
    },
};

use super::{
    error::Problem,
    extract::{Caller, JsonBody},
    openapi::{AnyRefusal, PreviewRefusal},
    schema::PreviewRequest,
};
use crate::{
    domain::{
        document::Kind,
        intake,
        settings::{Opportunities, Settings, form::SettingsForm},
    },
    error::{Error, FieldErrors},
    service::{
        Services,
        preview::{self, Effect, Outcome, Which},
    },
};

/// The number of a document that is given without one.
const NUMBER: &str = "PREVIEW";

/// What Autotask would receive.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// What would come of it: `create` a new opportunity, `update` the one that is there, `nothing` to send, or
    /// `skipped`.
    outcome: &'static str,
    /// Why it is skipped.
    #[schema(required = true)]
    reason: Option<String>,
    /// What would hold it, or keeps the settings from being saved.
    problems: Vec<PreviewProblem>,
    /// What else there is to know.
    notes: Vec<String>,
    /// Every record that would be found, created, changed or deleted, in that order.
    records: Vec<PreviewRecord>,
}

/// What stands in the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewProblem {
    /// What is wrong.
    cause: String,
    /// What to do about it.
    fix: String,
    /// The setting to look at.
    #[schema(required = true)]
    path: Option<String>,
}

/// One record of Autotask's.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewRecord {
    /// The entity, as Autotask names it.
    entity: &'static str,
    /// What it is called.
    name: String,
    /// What would happen to it: `found`, `absent`, `missing`, `unknown`, `create`, `update`, `delete` or `leave`.
    effect: &'static str,
    /// Its id in Autotask, where that is known.
    #[schema(required = true)]
    id: Option<i64>,
    /// Why it is left as it is.
    #[schema(required = true)]
    note: Option<String>,
    /// What would be written.
    fields: Vec<PreviewField>,
    /// The request that would be sent.
    #[schema(required = true)]
    request: Option<PreviewCall>,
}

/// One value.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewField {
    /// Autotask's name of the field.
    name: String,
    /// The value; null where it is not known before it is sent, or not chosen yet.
    #[schema(value_type = FieldValue)]
    value: Value,
    /// What an id or a picklist value is called; for a null what it stands for.
    #[schema(required = true)]
    label: Option<String>,
    /// Where it comes from.
    source: String,
}

/// A request. Ids that are not known yet are named in braces, such as `{opportunity}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewCall {
    /// The HTTP method.
    method: &'static str,
    /// The path below the root of Autotask's API.
    path: String,
    /// The body; a delete has none.
    #[schema(required = true, value_type = Option<BTreeMap<String, FieldValue>>)]
    body: Option<Map<String, Value>>,
}

/// A value of one of Autotask's fields.
pub struct FieldValue;

impl PartialSchema for FieldValue {
    fn schema() -> RefOr<Schema> {
        let types = [Type::String, Type::Number, Type::Integer, Type::Boolean, Type::Null];
        let schema = ObjectBuilder::new().schema_type(SchemaType::Array(types.to_vec()));
        schema.description(Some("A value of one of Autotask's fields.")).into()
    }
}

impl ToSchema for FieldValue {
    fn name() -> Cow<'static, str> {
        "FieldValue".into()
    }
}

impl From<preview::Preview> for Preview {
    fn from(preview: preview::Preview) -> Self {
        let (outcome, reason) = match preview.outcome {
            Outcome::Create => ("create", None),
            Outcome::Update => ("update", None),
            Outcome::Nothing => ("nothing", None),
            Outcome::Skipped(reason) => ("skipped", Some(reason)),
        };
        let problem = |preview::Problem { cause, fix, path }| PreviewProblem { cause, fix, path };
        Self {
            outcome,
            reason,
            problems: preview.problems.into_iter().map(problem).collect(),
            notes: preview.notes,
            records: preview.records.into_iter().map(PreviewRecord::from).collect(),
        }
    }
}

impl From<preview::Field> for PreviewField {
    fn from(preview::Field { name, value, label, source }: preview::Field) -> Self {
        Self { name, value, label, source }
    }
}

impl From<preview::Record> for PreviewRecord {
    fn from(record: preview::Record) -> Self {
        let (effect, id, note) = match record.effect {
            Effect::Found(id) => ("found", Some(id), None),
            Effect::Absent => ("absent", None, None),
            Effect::Missing => ("missing", None, None),
            Effect::Unknown => ("unknown", None, None),
            Effect::Create => ("create", None, None),
            Effect::Update(id) => ("update", id, None),
            Effect::Delete(id) => ("delete", Some(id), None),
            Effect::Leave(note) => ("leave", None, Some(note)),
        };
        let call = |preview::Request { method, path, body }| PreviewCall { method, path, body };
        Self {
            entity: record.target.entity(),
            name: record.name,
            effect,
            id,
            note,
            fields: record.fields.into_iter().map(PreviewField::from).collect(),
            request: record.request.map(call),
        }
    }
}

/// Shows what Autotask would receive
///
/// For a quote or a sale, stored or given, with the saved settings or with others. Autotask is asked at most three
/// times and nothing is written there. That something stands in the way is no error: `problems` says what.
#[utoipa::path(
    post,
    path = "/api/v1/preview",
    operation_id = "preview",
    tag = "Documents",
    request_body(content = PreviewRequest, description = "What to preview"),
    responses(
        (status = 200, description = "What Autotask would receive.", body = Preview),
        PreviewRefusal,
        AnyRefusal
    )
)]
pub async fn show(
    State(services): State<Services>,
    Caller(tenant): Caller,
    JsonBody(body): JsonBody,
) -> Result<Json<Preview>, Problem> {
    let (which, form) = read(&body).map_err(Error::from)?;
    Ok(Json(services.preview(tenant, form.as_ref(), which).await?.into()))
}

/// The document and the settings that a body asks for.
fn read(body: &Value) -> Result<(Which, Option<SettingsForm>), FieldErrors> {
    let mut errors = FieldErrors::default();
    let Some(members) = body.as_object() else {
        errors.add("document", "must be an object");
        return Err(errors);
    };
    for name in
        members.keys().filter(|name| !["quote", "sale", "number", "settings"].contains(&name.as_str()))
    {
        errors.add(name.clone(), "is not known");
    }
    let get = |name: &str| members.get(name).filter(|value| !value.is_null());
    let settings =
        get("settings").and_then(|value| match serde_json::from_value::<Opportunities>(value.clone()) {
            Ok(page) => Some(SettingsForm::of(&Settings::NEW.with_opportunities(page))),
            Err(error) => {
                errors.add("settings", error.to_string());
                None
            }
        });
    let number = get("number").unwrap_or(&json!(NUMBER)).as_str().map(str::to_owned);
    if number.is_none() {
        errors.add("number", "must be text in quotation marks");
    }
    let number = number.unwrap_or_default();
    let which = match (get("quote"), get("sale")) {
        (Some(quote), None) => document(Kind::Quote, quote, &number, &mut errors),
        (None, Some(sale)) => document(Kind::Sale, sale, &number, &mut errors),
        _ => {
            errors.add("quote", "give either a quote or a sale: its number, or the whole document");
            Which::Example
        }
    };
    errors.into_result().map(|()| (which, settings))
}

/// A stored document by its number, or the one that is given.
fn document(kind: Kind, value: &Value, number: &str, errors: &mut FieldErrors) -> Which {
    if let Some(number) = value.as_str() {
        return Which::Stored(kind, number.to_owned());
    }
    let read = match kind {
        Kind::Quote => intake::quote(number, value),
        Kind::Sale => intake::sale(number, value),
    };
    match read {
        Ok(document) => Which::Given(Box::new(document)),
        Err(wrong) => {
            for (path, sentences) in wrong.iter() {
                let path = if path == "number" { path.to_owned() } else { format!("{}.{path}", kind.name()) };
                for sentence in sentences {
                    errors.add(path.clone(), sentence.clone());
                }
            }
            Which::Example
        }
    }
}
