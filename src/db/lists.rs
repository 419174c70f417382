//! Lists: the cached sets of Autotask choices.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        ids::TenantId,
        lists::{List, ListOption, Lists},
    },
    error::Result,
};

#[derive(FromRow)]
struct OptionRow {
    list: String,
    value: i64,
    label: String,
    detail: Option<String>,
    parent: Option<i64>,
    active: bool,
}

/// Puts a freshly fetched list in place of the cached one. What is no longer there stays as inactive, so that a
/// setting that points to it can still be shown by name.
///
/// # Errors
/// When the database fails.
pub async fn put_list(
    tx: &mut WriteTx,
    tenant: TenantId,
    list: List,
    options: &[ListOption],
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("UPDATE list_option SET active = $3 WHERE tenant_id = $1 AND list = $2");
        query.bind(tenant.0).bind(list.name()).bind(false).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    for (position, option) in (0_i64..).zip(options) {
        on!(tx, |c| {
            let query = sqlx::query(
                "INSERT INTO list_option (tenant_id, list, value, label, detail, parent, active, position, refreshed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, list, value) DO UPDATE SET \
                 label = excluded.label, detail = excluded.detail, parent = excluded.parent, active = excluded.active, \
                 position = excluded.position, refreshed_at = excluded.refreshed_at",
            );
            let query = query.bind(tenant.0).bind(list.name()).bind(option.value).bind(&option.label).bind(&option.detail);
            query.bind(option.parent).bind(option.active).bind(position).bind(now).execute(c).await.map(drop)
        })
        .map_err(fault)?;
    }
    Ok(())
}

/// All lists of a tenant.
///
/// # Errors
/// When the database fails.
pub async fn lists(tx: &mut Tx, tenant: TenantId) -> Result<Lists> {
    let rows: Vec<OptionRow> = on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT list, value, label, detail, parent, active FROM list_option WHERE tenant_id = $1 ORDER BY list, position, value",
        );
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    let mut lists = Lists::default();
    for row in rows {
        if let Some(list) = List::from_name(&row.list) {
            let OptionRow { value, label, detail, parent, active, .. } = row;
            lists.push(list, ListOption { value, label, detail, parent, active });
        }
    }
    Ok(lists)
}
