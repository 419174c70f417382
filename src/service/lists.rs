//! The lists that come from Autotask: having them fetched anew, and reading them.

use super::list_refresh::{HISTORY, LEASE, position};
pub use crate::db::{HistoryRow, RefreshLease, RefreshRow};
use crate::{
    db,
    domain::{
        ids::{TenantId, UserId},
        lists::{List, ListOption},
        settings::InactiveChoice,
    },
    error::{Error, Result},
    service::Services,
};

/// The most options of a large list in one answer.
pub const PAGE: i64 = 500;
/// Entries of the history that are shown with the lists.
const NEWS: i64 = 10;

/// How the lists are doing.
#[derive(Clone, Debug)]
pub struct ListsState {
    /// The newest refresh, whatever became of it.
    pub newest: Option<RefreshRow>,
    /// When lists were last refreshed to the end.
    pub refreshed_at: Option<i64>,
    /// What changed in Autotask, newest first.
    pub news: Vec<HistoryRow>,
    /// Saved choices that Autotask would not take any more.
    pub inactive: Vec<InactiveChoice>,
}

impl ListsState {
    /// The list that is being fetched, and its place among all lists, counted from 1.
    pub fn current(&self) -> Option<(List, i64)> {
        let running = self.newest.as_ref().filter(|refresh| refresh.state == "running")?;
        let list = List::from_name(running.list.as_deref()?)?;
        Some((list, position(list) + 1))
    }

    /// Whether a refresh waits or runs.
    pub fn is_refreshing(&self) -> bool {
        self.newest.as_ref().is_some_and(|refresh| matches!(refresh.state.as_str(), "waiting" | "running"))
    }
}

/// Options of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// The options.
    pub options: Vec<ListOption>,
    /// The value after which the next page begins, if there is one.
    pub next: Option<i64>,
}

impl Services {
    /// Asks for all lists to be fetched anew by the worker; once is enough while that waits or runs.
    ///
    /// # Errors
    /// When Autotask is not connected.
    pub async fn request_refresh(&self, tenant: TenantId, user: Option<UserId>) -> Result<()> {
        let mut tx = self.db.write().await?;
        if db::connection(&mut tx, tenant).await?.is_none() {
            let sentence = "Autotask is not connected, so there are no lists to fetch. Connect it first.";
            return Err(Error::Conflict(sentence.to_owned()));
        }
        db::add_refresh(&mut tx, tenant, self.clock.new_id(), user, self.clock.now()).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// Asks for the lists of every tenant that are due: older than a day, older than the connection, or left by a
    /// failure that may have passed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_due_refreshes(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let due = db::due_refreshes(&mut tx, now).await?;
        drop(tx);
        for tenant in &due {
            let mut tx = self.db.write().await?;
            db::add_refresh(&mut tx, *tenant, self.clock.new_id(), None, now).await?;
            tx.commit().await?;
        }
        Ok(due.len())
    }

    /// Claims the refresh that was asked for first, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_refresh(&self) -> Result<Option<RefreshLease>> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let lease = db::claim_refresh(&mut tx, now, now + LEASE).await?;
        tx.commit().await?;
        Ok(lease)
    }

    /// Fetches every list now, instead of the worker. A refresh that is under way is taken over.
    ///
    /// # Errors
    /// When Autotask cannot be asked or refuses; the sentence says why and what to do.
    pub async fn refresh_lists(&self, tenant: TenantId) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        db::add_refresh(&mut tx, tenant, self.clock.new_id(), None, now).await?;
        let lease = db::take_refresh(&mut tx, tenant, now + LEASE).await?;
        tx.commit().await?;
        let Some(lease) = lease else { return Ok(()) };
        match self.run_refresh(&lease).await? {
            None => Ok(()),
            Some((sentence, fix)) => Err(Error::Conflict(format!("{sentence}. {fix}"))),
        }
    }

    /// How the lists are doing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lists_state(&self, tenant: TenantId) -> Result<ListsState> {
        let mut tx = self.db.read().await?;
        let settings = db::settings(&mut tx, tenant).await?.settings;
        let lists = db::lists(&mut tx, tenant).await?;
        Ok(ListsState {
            newest: db::newest_refresh(&mut tx, tenant, false).await?,
            refreshed_at: db::newest_refresh(&mut tx, tenant, true)
                .await?
                .and_then(|refresh| refresh.finished_at),
            news: db::history(&mut tx, tenant, HISTORY, NEWS).await?,
            inactive: settings.inactive(&lists),
        })
    }

    /// The options of a list: a large one by the page, in the order of the values; another one whole, in Autotask's
    /// order. `limit` is 1 to [`PAGE`].
    ///
    /// # Errors
    /// When there is no such list, or the page cannot be had.
    pub async fn list_page(
        &self,
        tenant: TenantId,
        name: &str,
        after: Option<i64>,
        limit: Option<i64>,
    ) -> Result<ListPage> {
        let list = List::from_name(name).ok_or(Error::NotFound("There is no list of that name."))?;
        let mut tx = self.db.read().await?;
        if !list.is_large() {
            if after.is_some() || limit.is_some() {
                let sentence = "This list is given whole: leave out after and limit.";
                return Err(Error::BadRequest(sentence.to_owned()));
            }
            let options = db::options(&mut tx, tenant, list).await?;
            return Ok(ListPage {
                options: options.into_iter().map(|(_, option)| option).collect(),
                next: None,
            });
        }
        let limit = limit.unwrap_or(PAGE);
        if !(1..=PAGE).contains(&limit) {
            return Err(Error::BadRequest(format!("limit must be from 1 to {PAGE}.")));
        }
        let after = after.unwrap_or(i64::MIN);
        let mut options = db::options_after(&mut tx, tenant, list, after, limit + 1).await?;
        let has_more = options.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if has_more {
            options.pop();
        }
        let next = options.last().filter(|_| has_more).map(|option| option.value);
        Ok(ListPage { options, next })
    }
}
