//! The history of the settings: who changed what, and what Autotask changed in between.

use uuid::Uuid;

use crate::{
    clock::Millis,
    db::{self, Revision, Tx},
    domain::{
        author::{Author, Via},
        ids::TenantId,
        lists::Lists,
        settings::{
            Origin, Settings,
            diff::{self, Change},
            fields,
        },
    },
    error::Result,
    service::{Services, list_refresh::HISTORY, settings::changes_of},
};

pub use crate::db::{Beyond, HistoryRow, RevisionFilter};

/// Entries on a page.
pub const PAGE: usize = 50;
/// Revisions that are read at once.
const BATCH: i64 = 100;

/// One save of the settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Save {
    /// Its number.
    pub revision: i64,
    /// What whoever saved it is called.
    pub who: String,
    /// Through what.
    pub via: Via,
    /// The note for the history.
    pub note: Option<String>,
    /// What it goes back to.
    pub origin: Option<Origin>,
    /// When.
    pub at: Millis,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The settings were saved.
    Save(Save),
    /// A list changed in Autotask.
    List(HistoryRow),
}

impl Entry {
    /// When it happened or was noticed.
    pub fn at(&self) -> Millis {
        match self {
            Self::Save(save) => save.at,
            Self::List(row) => row.created_at,
        }
    }
}

/// Which entries are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Which saves.
    pub saves: RevisionFilter,
    /// Saves that changed this field, or one below it.
    pub field: Option<String>,
    /// Nothing but changes of lists.
    pub only_lists: bool,
}

impl HistoryFilter {
    /// Whether changes of lists are wanted: they have no person, way or field.
    fn wants_lists(&self) -> bool {
        let saves = &self.saves;
        self.field.is_none() && saves.user.is_none() && saves.token.is_none() && saves.via.is_none()
    }

    fn wants(&self, changes: &[Change]) -> bool {
        let Some(field) = &self.field else { return true };
        changes.iter().any(|change| {
            change
                .path
                .strip_prefix(field.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        })
    }
}

/// A place in the history between two entries: before this revision and before this entry about a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The revision after it.
    pub revision: i64,
    /// The entry after it.
    pub entry: Uuid,
}

impl Place {
    /// After everything.
    pub const END: Self = Self { revision: i64::MAX, entry: Uuid::max() };

    /// The place just before an entry that is older than this place, or just after one that is not.
    fn past(mut self, entry: &Entry) -> Self {
        match entry {
            Entry::Save(save) if save.revision < self.revision => self.revision = save.revision,
            Entry::Save(save) => self.revision = save.revision + 1,
            Entry::List(row) if row.id < self.entry => self.entry = row.id,
            Entry::List(row) => self.entry = Uuid::from_u128(row.id.as_u128() + 1),
        }
        self
    }
}

/// One page of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// Where the next older page begins.
    pub older: Option<Place>,
    /// Where the next newer page begins.
    pub newer: Option<Place>,
}

/// What the history can be narrowed to.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    /// Who saved anything, with people's names.
    pub authors: Vec<(Author, Option<String>)>,
    /// Path and label of every field; the category map is one.
    pub fields: Vec<(String, String)>,
}

impl Services {
    /// One page of the history, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history(
        &self,
        tenant: TenantId,
        filter: &HistoryFilter,
        place: Beyond<Place>,
    ) -> Result<History> {
        let mut tx = self.db.read().await?;
        let mut entries = entries(&mut tx, tenant, filter, place, PAGE + 1).await?;
        let has_more = entries.len() > PAGE;
        entries.truncate(PAGE);
        let reached = |place: Place| has_more.then(|| entries.iter().fold(place, Place::past));
        Ok(match place {
            Beyond::Older(place) => {
                let older = reached(place);
                History { entries, older, newer: (place != Place::END).then_some(place) }
            }
            // The newest page is always a full one.
            Beyond::Newer(_) if !has_more => {
                return Box::pin(self.history(tenant, filter, Beyond::Older(Place::END))).await;
            }
            Beyond::Newer(place) => {
                let newer = reached(place);
                entries.reverse();
                History { entries, older: Some(place), newer }
            }
        })
    }

    /// The whole history, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn whole_history(&self, tenant: TenantId, filter: &HistoryFilter) -> Result<Vec<Entry>> {
        let mut tx = self.db.read().await?;
        entries(&mut tx, tenant, filter, Beyond::Older(Place::END), usize::MAX).await
    }

    /// What the history can be narrowed to.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history_choices(&self, tenant: TenantId) -> Result<Choices> {
        let mut tx = self.db.read().await?;
        let newest = db::settings(&mut tx, tenant).await?;
        let mut choices = Vec::new();
        for field in fields::fields(&newest.settings) {
            if fields::row_of(&field.path).is_none() {
                choices.push((field.path, field.label));
            }
        }
        if newest.settings.sections.is_some() {
            choices.push((fields::ROWS.to_owned(), "Categories in the category map".to_owned()));
        }
        Ok(Choices { authors: db::authors(&mut tx, tenant).await?, fields: choices })
    }

    /// One save; `None` for a number that no revision has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn history_save(&self, tenant: TenantId, revision: i64) -> Result<Option<Save>> {
        let mut tx = self.db.read().await?;
        let Some(of) = db::settings_revision(&mut tx, tenant, revision).await? else { return Ok(None) };
        let lists = db::lists(&mut tx, tenant).await?;
        let changes = changes_of(&mut tx, tenant, &of, &lists).await?;
        Ok(Some(save(of, changes)))
    }

    /// What is different between two revisions, of which 0 is before anything was saved; `None` for a number that no
    /// revision has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn compare_settings(
        &self,
        tenant: TenantId,
        from: i64,
        to: i64,
    ) -> Result<Option<Vec<Change>>> {
        let mut tx = self.db.read().await?;
        let (Some(from), Some(to)) = (of(&mut tx, tenant, from).await?, of(&mut tx, tenant, to).await?)
        else {
            return Ok(None);
        };
        let lists = db::lists(&mut tx, tenant).await?;
        Ok(Some(diff::changes(&from, &to, &lists)))
    }
}

async fn of(tx: &mut Tx, tenant: TenantId, revision: i64) -> Result<Option<Settings>> {
    if revision == 0 {
        return Ok(Some(Settings::NEW));
    }
    Ok(db::settings_revision(tx, tenant, revision).await?.map(|revision| revision.settings))
}

fn save(revision: Revision, changes: Vec<Change>) -> Save {
    Save {
        who: revision.who(),
        revision: revision.revision,
        via: revision.by.via,
        note: revision.note,
        origin: revision.origin,
        at: revision.created_at,
        changes,
    }
}

/// Saves and changes of lists on one side of a place in one row by their time, nearest first.
async fn entries(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &HistoryFilter,
    place: Beyond<Place>,
    limit: usize,
) -> Result<Vec<Entry>> {
    let (revisions, rows) = match place {
        Beyond::Older(place) => (Beyond::Older(place.revision), Beyond::Older(place.entry)),
        Beyond::Newer(place) => (Beyond::Newer(place.revision), Beyond::Newer(place.entry)),
    };
    let saves =
        if filter.only_lists { Vec::new() } else { saves(tx, tenant, filter, revisions, limit).await? };
    let lists = if filter.wants_lists() {
        let times = (filter.saves.from, filter.saves.until.unwrap_or(Millis::MAX));
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let kind = if filter.only_lists { HISTORY } else { "" };
        db::history_beyond(tx, tenant, kind, rows, times, most).await?
    } else {
        Vec::new()
    };
    let is_newest_first = matches!(place, Beyond::Older(_));
    let lists = lists.into_iter().map(Entry::List);
    let mut entries = in_turn(saves.into_iter().map(Entry::Save), lists, is_newest_first);
    entries.truncate(limit);
    Ok(entries)
}

/// Two rows as one by time, each in its own order. What was saved when a list changed stands above that change.
fn in_turn(
    saves: impl Iterator<Item = Entry>,
    lists: impl Iterator<Item = Entry>,
    is_newest_first: bool,
) -> Vec<Entry> {
    let (mut saves, mut lists) = (saves.peekable(), lists.peekable());
    let mut all = Vec::new();
    loop {
        let next = match (saves.peek(), lists.peek()) {
            (Some(save), Some(list)) if is_newest_first => {
                if save.at() >= list.at() {
                    saves.next()
                } else {
                    lists.next()
                }
            }
            (Some(save), Some(list)) => {
                if save.at() < list.at() {
                    saves.next()
                } else {
                    lists.next()
                }
            }
            (Some(_), None) => saves.next(),
            (None, _) => lists.next(),
        };
        let Some(next) = next else { return all };
        all.push(next);
    }
}

/// The saves on one side of a number, nearest first.
async fn saves(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &HistoryFilter,
    mut place: Beyond<i64>,
    limit: usize,
) -> Result<Vec<Save>> {
    let lists = db::lists(tx, tenant).await?;
    let mut saves = Vec::new();
    loop {
        let batch = db::revisions(tx, tenant, &filter.saves, place, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(saves) };
        place = match place {
            Beyond::Older(_) => Beyond::Older(last.revision),
            Beyond::Newer(_) => Beyond::Newer(last.revision + 1),
        };
        for (revision, changes) in changed(tx, tenant, batch, &lists).await? {
            if filter.wants(&changes) {
                saves.push(save(revision, changes));
            }
            if saves.len() == limit {
                return Ok(saves);
            }
        }
    }
}

/// Revisions with what each changed. The one before is mostly among them; else it is read.
async fn changed(
    tx: &mut Tx,
    tenant: TenantId,
    batch: Vec<Revision>,
    lists: &Lists,
) -> Result<Vec<(Revision, Vec<Change>)>> {
    let mut all = Vec::new();
    for (index, revision) in batch.iter().enumerate() {
        let around = [index.checked_sub(1).and_then(|index| batch.get(index)), batch.get(index + 1)];
        let before = around.into_iter().flatten().find(|other| other.revision + 1 == revision.revision);
        all.push(match before {
            Some(before) => diff::changes(&before.settings, &revision.settings, lists),
            None => changes_of(tx, tenant, revision, lists).await?,
        });
    }
    Ok(batch.into_iter().zip(all).collect())
}
