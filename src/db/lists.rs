//! Lists: the cached sets of Autotask choices.

use sqlx::{FromRow, QueryBuilder};

use super::{Tx, WriteTx, fault, lengths, on};
use crate::{
    clock::Millis,
    domain::{
        fold::fold,
        ids::TenantId,
        list_changes::Placed,
        lists::{List, ListOption, Lists},
    },
    error::Result,
};

/// Rows in one statement: 10 values each, and both databases take more than 30,000.
const CHUNK: usize = 500;

#[derive(FromRow)]
struct OptionRow {
    list: String,
    value: i64,
    label: String,
    detail: Option<String>,
    parent: Option<i64>,
    active: bool,
    position: i64,
}

impl OptionRow {
    fn read(self) -> Placed {
        let Self { value, label, detail, parent, active, position, .. } = self;
        (position, ListOption { value, label, detail, parent, active })
    }
}

/// Adds options to a list, or puts them in place of those with their values; others stay as they are.
///
/// # Errors
/// When the database fails, or two options have the same value.
pub async fn put_options(
    tx: &mut WriteTx,
    tenant: TenantId,
    list: List,
    options: &[Placed],
    now: Millis,
) -> Result<()> {
    for chunk in options.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = QueryBuilder::new(
                "INSERT INTO list_option (tenant_id, list, value, label, detail, parent, active, position, refreshed_at, search) ",
            );
            query.push_values(chunk, |mut row, (position, option)| {
                row.push_bind(tenant.0).push_bind(list.name()).push_bind(option.value).push_bind(&option.label);
                row.push_bind(&option.detail).push_bind(option.parent).push_bind(option.active);
                row.push_bind(*position).push_bind(now).push_bind(search_of(option));
            });
            query.push(
                " ON CONFLICT (tenant_id, list, value) DO UPDATE SET label = excluded.label, detail = excluded.detail, \
                 parent = excluded.parent, active = excluded.active, position = excluded.position, \
                 refreshed_at = excluded.refreshed_at, search = excluded.search",
            );
            query.build().execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    Ok(())
}

/// All lists of a tenant but for the large ones, and how long its texts may be.
///
/// # Errors
/// When the database fails.
pub async fn lists(tx: &mut Tx, tenant: TenantId) -> Result<Lists> {
    let rows: Vec<OptionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT list, value, label, detail, parent, active, position FROM list_option \
             WHERE tenant_id = $1 AND list NOT IN ($2, $3) ORDER BY list, position, value",
        );
        let query = query.bind(tenant.0).bind(List::Companies.name()).bind(List::Contacts.name());
        query.fetch_all(c).await
    })
    .map_err(fault)?;
    let mut lists = Lists::new(lengths(tx, tenant).await?);
    for row in rows {
        if let Some(list) = List::from_name(&row.list) {
            lists.push(list, row.read().1);
        }
    }
    Ok(lists)
}

/// The options of one list, in Autotask's order.
///
/// # Errors
/// When the database fails.
pub async fn options(tx: &mut Tx, tenant: TenantId, list: List) -> Result<Vec<Placed>> {
    let rows: Vec<OptionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT list, value, label, detail, parent, active, position FROM list_option \
             WHERE tenant_id = $1 AND list = $2 ORDER BY position, value",
        );
        query.bind(tenant.0).bind(list.name()).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(OptionRow::read).collect())
}

/// The options of one list whose values come after `after`, by value, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn options_after(
    tx: &mut Tx,
    tenant: TenantId,
    list: List,
    after: i64,
    limit: i64,
) -> Result<Vec<ListOption>> {
    let rows: Vec<OptionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT list, value, label, detail, parent, active, position FROM list_option \
             WHERE tenant_id = $1 AND list = $2 AND value > $3 ORDER BY value LIMIT $4",
        );
        query.bind(tenant.0).bind(list.name()).bind(after).bind(limit).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.read().1).collect())
}

/// The active options of one list whose name or detail holds the words of `text` in their order, whatever their case and accents, or
/// whose value is that number: those of exactly that name first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn search_options(
    tx: &mut Tx,
    tenant: TenantId,
    list: List,
    text: &str,
    limit: i64,
) -> Result<Vec<ListOption>> {
    let (pattern, exact) = (words_pattern(text), format!("{}\n%", escaped(&fold(text))));
    let value = text.trim().parse::<i64>().unwrap_or(i64::MIN);
    let rows: Vec<OptionRow> = on!(tx, |c| {
        // Options that no refresh has written since they have a text to search are searched as the database lowers them.
        let query = sqlx::query_as(
            "SELECT list, value, label, detail, parent, active, position FROM list_option \
             WHERE tenant_id = $1 AND list = $2 AND active = $3 AND (value = $4 \
             OR COALESCE(search, LOWER(label || ' ' || COALESCE(detail, ''))) LIKE $5 ESCAPE '\\') \
             ORDER BY CASE WHEN search LIKE $6 ESCAPE '\\' THEN 0 ELSE 1 END, label, value LIMIT $7",
        );
        let query = query.bind(tenant.0).bind(list.name()).bind(true).bind(value).bind(&pattern);
        query.bind(&exact).bind(limit).fetch_all(c).await
    })
    .map_err(fault)?;
    Ok(rows.into_iter().map(|row| row.read().1).collect())
}

/// What an option is searched by: name and detail, each as it is compared.
fn search_of(option: &ListOption) -> String {
    format!("{}\n{}", fold(&option.label), fold(option.detail.as_deref().unwrap_or_default()))
}

/// Words as a pattern of LIKE.
fn words_pattern(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(|word| escaped(&fold(word))).collect();
    format!("%{}%", words.join("%"))
}

/// A text in a pattern of LIKE: the wildcards in it stand for themselves.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// One option of a list.
///
/// # Errors
/// When the database fails.
pub async fn option(tx: &mut Tx, tenant: TenantId, list: List, value: i64) -> Result<Option<ListOption>> {
    let found = options_after(tx, tenant, list, value - 1, 1).await?;
    Ok(found.into_iter().find(|option| option.value == value))
}

/// How many active options each list has; lists without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn option_counts(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(List, i64)>> {
    let rows: Vec<(String, i64)> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT list, COUNT(*) FROM list_option WHERE tenant_id = $1 AND active = $2 GROUP BY list",
        );
        query.bind(tenant.0).bind(true).fetch_all(c).await
    })
    .map_err(fault)?;
    let count_of = |list: List| rows.iter().find(|(name, _)| name == list.name()).map(|(_, count)| *count);
    Ok(List::ALL.into_iter().filter_map(|list| Some((list, count_of(list)?))).collect())
}
