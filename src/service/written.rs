//! What the steps of a push wrote, value by value, with its name and where it came from.

use serde_json::{Map, Value};

use super::preview::Field;
use crate::{
    db::{self, StepRow, Tx},
    domain::{
        document::Document,
        ids::TenantId,
        lists::{List, Lists},
        plan::{self, Provenance, Target},
    },
    error::Result,
};

/// What stands for the source of a value whose push was made before sources were kept.
const NOT_KEPT: &str = "not noted at that time";

/// What one step wrote, or left as a person had changed it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The record.
    pub target: Target,
    /// Its id in Autotask.
    pub id: Option<i64>,
    /// `create`, `update`, `settle`, or `keep` for what a person changed.
    pub action: String,
    /// The revision of the settings that it was planned with.
    pub revision: i64,
    /// The values, by Autotask's names.
    pub fields: Vec<Field>,
}

/// What the steps that are done wrote; those that wrote nothing are left out.
///
/// # Errors
/// When the database fails.
pub async fn of(
    tx: &mut Tx,
    tenant: TenantId,
    document: &Document,
    steps: &[StepRow],
) -> Result<Vec<Written>> {
    let done: Vec<_> = steps.iter().filter(|step| step.state == "done").filter_map(read).collect();
    let mut lists = db::lists(tx, tenant).await?;
    // Of the large lists only what is named is loaded.
    for (list, field) in [(List::Companies, "companyID"), (List::Contacts, "contactID")] {
        let ids = done.iter().filter_map(|(.., fields)| fields.get(field)?.as_i64());
        for id in ids.collect::<std::collections::BTreeSet<_>>() {
            if let Some(option) = db::option(tx, tenant, list, id).await? {
                lists.push(list, option);
            }
        }
    }
    let written = |(step, target, values): (&StepRow, Target, Map<String, Value>)| Written {
        target,
        id: step.autotask_id,
        action: step.action.clone(),
        revision: step.settings_revision,
        fields: fields(step, target, values, document, &lists),
    };
    Ok(done.into_iter().map(written).collect())
}

/// A step with what it is about and what it wrote.
fn read(step: &StepRow) -> Option<(&StepRow, Target, Map<String, Value>)> {
    let target = Target::ALL.into_iter().find(|target| target.name() == step.target)?;
    let values: Map<String, Value> = serde_json::from_str(&step.request).ok()?;
    (!values.is_empty()).then_some((step, target, values))
}

fn fields(
    step: &StepRow,
    target: Target,
    values: Map<String, Value>,
    document: &Document,
    lists: &Lists,
) -> Vec<Field> {
    let provenance: Provenance =
        step.sources.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let source = |name: &str| match step.action.as_str() {
        "keep" => "changed in Autotask and left as it is",
        _ => provenance.words(name).unwrap_or(NOT_KEPT),
    };
    let label = |name: &str, value: &Value| {
        let id = value.as_i64()?;
        let listed = plan::label(target, name, id, lists);
        listed.or_else(|| (name == "companyID").then(|| document.content.customer.name.clone()))
    };
    let field = |(name, value): (String, Value)| Field {
        label: label(&name, &value),
        source: source(&name).to_owned(),
        name,
        value,
    };
    values.into_iter().map(field).collect()
}
