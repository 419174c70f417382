//! The catalogue: brands and categories, and the former names that documents still use.

use sqlx::FromRow;

use super::{Tx, WriteTx, fault, on};
use crate::{
    clock::Millis,
    domain::{
        catalogue::{Aliases, name_key},
        ids::TenantId,
    },
    error::Result,
};

/// A brand with what uses it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct BrandRow {
    /// Its name.
    pub name: String,
    /// When it was added or renamed.
    pub updated_at: i64,
    /// How many items have it.
    pub items: i64,
}

/// A category with what uses it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CategoryRow {
    /// Its path.
    pub path: String,
    /// How many items have it, those below it not counted.
    pub items: i64,
}

/// What has former names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A brand.
    Brand,
    /// A category.
    Category,
}

impl Named {
    fn kind(self) -> &'static str {
        match self {
            Self::Brand => "brand",
            Self::Category => "category",
        }
    }

    /// What a former name is found by.
    fn former(self, name: &str) -> String {
        match self {
            Self::Brand => name_key(name),
            Self::Category => name.to_owned(),
        }
    }

    fn items_move(self) -> &'static str {
        match self {
            Self::Brand => "UPDATE item SET brand = $3, updated_at = $4 WHERE tenant_id = $1 AND brand = $2",
            Self::Category => {
                "UPDATE item SET category = $3, updated_at = $4 WHERE tenant_id = $1 AND category = $2"
            }
        }
    }
}

/// Adds a brand unless it is there, whatever the case of its letters; whether it was added.
///
/// # Errors
/// When the database fails.
pub async fn add_brand(tx: &mut WriteTx, tenant: TenantId, name: &str, now: Millis) -> Result<bool> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO brand (tenant_id, name, name_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) \
             ON CONFLICT DO NOTHING",
        );
        let query = query.bind(tenant.0).bind(name).bind(name_key(name)).bind(now);
        query.execute(c).await.map(|done| done.rows_affected() == 1)
    })
    .map_err(fault)
}

/// A tenant's brands, by name.
///
/// # Errors
/// When the database fails.
pub async fn brands(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT name FROM brand WHERE tenant_id = $1 ORDER BY name");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// The brand of that name, whatever the case of its letters.
///
/// # Errors
/// When the database fails.
pub async fn find_brand(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<Option<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT name FROM brand WHERE tenant_id = $1 AND name_key = $2");
        query.bind(tenant.0).bind(name_key(name)).fetch_optional(c).await
    })
    .map_err(fault)
}

/// Brands after one by name, with what uses them, at most `limit`; `after` is empty for the first page.
///
/// # Errors
/// When the database fails.
pub async fn brand_rows(tx: &mut Tx, tenant: TenantId, after: &str, limit: i64) -> Result<Vec<BrandRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT b.name, b.updated_at, (SELECT COUNT(*) FROM item i WHERE i.tenant_id = b.tenant_id AND i.brand = b.name) AS items \
             FROM brand b WHERE b.tenant_id = $1 AND b.name_key > $2 ORDER BY b.name_key LIMIT $3",
        );
        query.bind(tenant.0).bind(name_key(after)).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Gives a brand another name; its items are not moved.
///
/// # Errors
/// When the database fails, or the name is another brand's.
pub async fn rename_brand(
    tx: &mut WriteTx,
    tenant: TenantId,
    from: &str,
    to: &str,
    now: Millis,
) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE brand SET name = $3, name_key = $4, updated_at = $5 WHERE tenant_id = $1 AND name = $2",
        );
        let query = query.bind(tenant.0).bind(from).bind(to).bind(name_key(to)).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Takes a brand away.
///
/// # Errors
/// When the database fails.
pub async fn remove_brand(tx: &mut WriteTx, tenant: TenantId, name: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM brand WHERE tenant_id = $1 AND name = $2");
        query.bind(tenant.0).bind(name).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Adds a category unless it is there; whether it was added.
///
/// # Errors
/// When the database fails.
pub async fn add_category(tx: &mut WriteTx, tenant: TenantId, path: &str, now: Millis) -> Result<bool> {
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO category (tenant_id, path, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        );
        let query = query.bind(tenant.0).bind(path).bind(now);
        query.execute(c).await.map(|done| done.rows_affected() == 1)
    })
    .map_err(fault)
}

/// A tenant's categories, by path.
///
/// # Errors
/// When the database fails.
pub async fn categories(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>> {
    on!(tx, |c| {
        let query = sqlx::query_scalar("SELECT path FROM category WHERE tenant_id = $1 ORDER BY path");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)
}

/// Categories after one by path, with what uses them, at most `limit`; `after` is empty for the first page.
///
/// # Errors
/// When the database fails.
pub async fn category_rows(
    tx: &mut Tx,
    tenant: TenantId,
    after: &str,
    limit: i64,
) -> Result<Vec<CategoryRow>> {
    on!(tx, |c| {
        let query = sqlx::query_as(
            "SELECT g.path, (SELECT COUNT(*) FROM item i WHERE i.tenant_id = g.tenant_id AND i.category = g.path) AS items \
             FROM category g WHERE g.tenant_id = $1 AND g.path > $2 ORDER BY g.path LIMIT $3",
        );
        query.bind(tenant.0).bind(after).bind(limit).fetch_all(c).await
    })
    .map_err(fault)
}

/// Takes a category away.
///
/// # Errors
/// When the database fails.
pub async fn remove_category(tx: &mut WriteTx, tenant: TenantId, path: &str) -> Result<()> {
    on!(tx, |c| {
        let query = sqlx::query("DELETE FROM category WHERE tenant_id = $1 AND path = $2");
        query.bind(tenant.0).bind(path).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// Gives the items of one brand or category another one, and remembers the former name for documents that still use
/// it. How many items moved.
///
/// # Errors
/// When the database fails.
pub async fn move_items(
    tx: &mut WriteTx,
    tenant: TenantId,
    named: Named,
    from: &str,
    to: &str,
    now: Millis,
) -> Result<u64> {
    let moved = on!(tx, |c| {
        let query = sqlx::query(named.items_move()).bind(tenant.0).bind(from).bind(to).bind(now);
        query.execute(c).await.map(|done| done.rows_affected())
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "UPDATE catalogue_alias SET name = $4 WHERE tenant_id = $1 AND kind = $2 AND name = $3",
        );
        query.bind(tenant.0).bind(named.kind()).bind(from).bind(to).execute(c).await.map(drop)
    })
    .map_err(fault)?;
    on!(tx, |c| {
        let query = sqlx::query(
            "INSERT INTO catalogue_alias (tenant_id, kind, former, name, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, kind, former) DO UPDATE SET name = excluded.name",
        );
        let query = query.bind(tenant.0).bind(named.kind()).bind(named.former(from)).bind(to).bind(now);
        query.execute(c).await.map(drop)
    })
    .map_err(fault)?;
    forget_former(tx, tenant, named, to).await?;
    Ok(moved)
}

/// Lets a name stand for itself again: something has it now.
///
/// # Errors
/// When the database fails.
pub async fn forget_former(tx: &mut WriteTx, tenant: TenantId, named: Named, name: &str) -> Result<()> {
    on!(tx, |c| {
        let query =
            sqlx::query("DELETE FROM catalogue_alias WHERE tenant_id = $1 AND kind = $2 AND former = $3");
        query.bind(tenant.0).bind(named.kind()).bind(named.former(name)).execute(c).await.map(drop)
    })
    .map_err(fault)
}

/// The former names that documents may still use.
///
/// # Errors
/// When the database fails.
pub async fn aliases(tx: &mut Tx, tenant: TenantId) -> Result<Aliases> {
    let rows: Vec<(String, String, String)> = on!(tx, |c| {
        let query = sqlx::query_as("SELECT kind, former, name FROM catalogue_alias WHERE tenant_id = $1");
        query.bind(tenant.0).fetch_all(c).await
    })
    .map_err(fault)?;
    let mut aliases = Aliases::default();
    for (kind, former, name) in rows {
        let of = if kind == "brand" { &mut aliases.brands } else { &mut aliases.categories };
        of.insert(former, name);
    }
    Ok(aliases)
}

/// How many items have a brand or a category.
///
/// # Errors
/// When the database fails.
pub async fn items_of(tx: &mut Tx, tenant: TenantId, named: Named, name: &str) -> Result<i64> {
    let sql = match named {
        Named::Brand => "SELECT COUNT(*) FROM item WHERE tenant_id = $1 AND brand = $2",
        Named::Category => "SELECT COUNT(*) FROM item WHERE tenant_id = $1 AND category = $2",
    };
    on!(tx, |c| sqlx::query_scalar(sql).bind(tenant.0).bind(name).fetch_one(c).await).map_err(fault)
}
