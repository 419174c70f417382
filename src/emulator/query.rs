//! Queries: what a request asks for, and the page of rows that answers it.

use serde_json::{Map, Value};

use super::{
    condition::{self, Condition},
    metadata::Entity,
    store::{Row, Store},
};

const MAX_RECORDS: usize = 500;

/// A query that has been read and found to make sense for its entity.
#[derive(Debug)]
pub(super) struct Query {
    condition: Option<Condition>,
    columns: Option<Vec<String>>,
    /// The most rows on one page, 1 to 500.
    pub(super) max_records: usize,
}

/// A page of rows.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    /// Whether rows follow after this page.
    pub(super) more: bool,
}

impl Query {
    /// Reads a query's text; the error is the sentence to refuse it with.
    pub(super) fn parse(entity: &Entity, text: &[u8]) -> Result<Self, String> {
        let query: Map<String, Value> = serde_json::from_slice(text)
            .map_err(|_| "The query could not be read: a JSON object with a filter is needed.".to_owned())?;
        let filter = member(&query, "filter").and_then(Value::as_array).filter(|nodes| !nodes.is_empty());
        let filter = filter.ok_or("The query needs a filter with at least one condition.")?;
        Ok(Self {
            condition: condition::compile(entity, filter)?,
            columns: columns(entity, member(&query, "includeFields"))?,
            max_records: max_records(member(&query, "maxRecords"))?,
        })
    }

    /// The rows that can match at all, by ascending id.
    pub(super) fn candidates<'s>(
        &self,
        store: &'s Store,
        entity: &Entity,
    ) -> impl Iterator<Item = &'s Row> + 's {
        let pinned = self.condition.as_ref().map(Condition::pinned).unwrap_or_default();
        store.candidates(entity.plural, &pinned)
    }

    /// How many of the rows match.
    pub(super) fn count<'a>(&self, rows: impl Iterator<Item = &'a Row>) -> usize {
        rows.filter(|row| self.matches(row)).count()
    }

    /// The matching rows after the first `skip` of them.
    pub(super) fn page<'a>(&self, rows: impl Iterator<Item = &'a Row>, skip: usize) -> Page {
        let mut found = rows.filter(|row| self.matches(row)).skip(skip);
        let items = found.by_ref().take(self.max_records).map(|row| self.project(row)).collect();
        Page { items, more: found.next().is_some() }
    }

    fn matches(&self, row: &Row) -> bool {
        self.condition.as_ref().is_none_or(|condition| condition.matches(row))
    }

    fn project(&self, row: &Row) -> Value {
        let Some(columns) = &self.columns else { return Value::Object(row.clone()) };
        let kept = columns.iter().map(String::as_str).chain(["userDefinedFields"]);
        Value::Object(kept.filter_map(|name| Some((name.to_owned(), row.get(name)?.clone()))).collect())
    }
}

/// A member of an object, in whatever case its name is written.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn max_records(given: Option<&Value>) -> Result<usize, String> {
    let Some(given) = given.filter(|value| !value.is_null()) else { return Ok(MAX_RECORDS) };
    let number = given.as_u64().and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| (1..=MAX_RECORDS).contains(number))
        .ok_or_else(|| "maxCountOfRecordsToReturn must be between 1 and 500".to_owned())
}

/// The canonical names of the columns asked for; none where all of them are wanted.
fn columns(entity: &Entity, names: Option<&Value>) -> Result<Option<Vec<String>>, String> {
    let Some(names) = names.and_then(Value::as_array).filter(|names| !names.is_empty()) else {
        return Ok(None);
    };
    let column = |name: &Value| {
        condition::queryable(entity, name.as_str().unwrap_or_default()).map(|field| field.name.clone())
    };
    names.iter().map(column).collect::<Result<_, _>>().map(Some)
}
