//! What sending earlier quotes will do, as far as that can be known without asking Autotask.

use std::collections::BTreeMap;

use crate::{
    clock::Millis,
    db::{self, Revision, Tx, UnsentId},
    domain::{
        document::Document,
        hold::Hold,
        ids::{DocumentId, TenantId},
        lists::Lists,
        plan::{self, Action, Find, Input, Links, Otherwise},
        route::{self, Class},
    },
    error::Result,
    service::{
        Services,
        backfill::{self, Selection},
        planning::with_sale,
    },
};

/// Documents that are looked at together: so many are in memory at a time.
const TOGETHER: usize = 100;
/// Keys of links that are asked for together: databases take only so many values at once.
const KEYS: usize = 10_000;

/// What sending a selection will do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Foresight {
    /// When this was looked at: what is received later is not part of it.
    pub at: Millis,
    /// How many will be enqueued.
    pub count: u64,
    /// The same by status: `open`, `won`, `lost`, `placed`.
    pub statuses: BTreeMap<String, u64>,
    /// Unquoted sales that stay where they are, because the settings leave them out.
    pub left_out: u64,
    /// What will hold some of them, and how many, most first.
    pub holds: Vec<(Hold, u64)>,
    /// The same for what only holds those whose product or service is not in Autotask yet.
    pub holds_if_new: Vec<(Hold, u64)>,
    /// Whether the syncs are on that they go by; otherwise they wait until these are.
    pub enabled: bool,
}

/// What the plans of all documents are made with.
struct Setting {
    revision: Revision,
    lists: Lists,
    currency: Option<String>,
}

/// Causes and how many documents each of them holds.
#[derive(Default)]
struct Causes(BTreeMap<String, (Hold, u64)>);

impl Causes {
    fn add(&mut self, hold: Hold) {
        self.0.entry(hold.cause()).or_insert((hold, 0)).1 += 1;
    }

    fn most_first(self) -> Vec<(Hold, u64)> {
        let mut causes: Vec<_> = self.0.into_values().collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        causes
    }
}

impl Services {
    /// What sending the selected documents will do.
    ///
    /// # Errors
    /// When more than [`backfill::MOST`] are selected, or the database fails.
    pub async fn foresee(&self, tenant: TenantId, selection: &Selection) -> Result<Foresight> {
        let mut tx = self.db.read().await?;
        let setting = Setting {
            revision: db::settings(&mut tx, tenant).await?,
            lists: db::lists(&mut tx, tenant).await?,
            currency: db::connection(&mut tx, tenant).await?.map(|row| row.currency),
        };
        let mut picked = backfill::pick(&mut tx, tenant, selection).await?;
        let selected = picked.len();
        let settings = &setting.revision.settings;
        picked.retain(|unsent| route::of_chosen(unsent.class(), settings).is_some());
        let mut syncs = picked.iter().filter_map(|unsent| route::of_chosen(unsent.class(), settings));
        let enabled =
            if picked.is_empty() { settings.enabled } else { syncs.all(|sync| sync.is_on(settings)) };
        let (holds, holds_if_new) = causes(&mut tx, tenant, &setting, &picked).await?;
        let mut statuses = BTreeMap::new();
        for unsent in &picked {
            *statuses.entry(unsent.status.clone()).or_insert(0) += 1;
        }
        Ok(Foresight {
            at: self.clock.now(),
            count: count(picked.len()),
            statuses,
            left_out: count(selected - picked.len()),
            holds,
            holds_if_new,
            enabled,
        })
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

type Counted = Vec<(Hold, u64)>;

/// What will hold the picked documents: certainly, and where a product or service is not in Autotask yet.
async fn causes(
    tx: &mut Tx,
    tenant: TenantId,
    setting: &Setting,
    picked: &[UnsentId],
) -> Result<(Counted, Counted)> {
    let (mut certain, mut if_new) = (Causes::default(), Causes::default());
    let aliases = db::aliases(tx, tenant).await?;
    for some in picked.chunks(TOGETHER) {
        let ids: Vec<DocumentId> = some.iter().map(UnsentId::document).collect();
        let mut documents = Vec::with_capacity(ids.len());
        for stored in db::documents(tx, tenant, &ids).await? {
            let settings = &setting.revision.settings;
            let (mut document, _) = with_sale(tx, tenant, stored.id, stored.document, settings).await?;
            aliases.apply(&mut document);
            documents.push(document);
        }
        let links = shared_links(tx, tenant, &ids, &documents).await?;
        for document in &documents {
            match foreseen(setting, &links, document) {
                Ok(holds) => holds.into_values().for_each(|hold| if_new.add(hold)),
                Err(hold) => certain.add(hold),
            }
        }
    }
    Ok((certain.most_first(), if_new.most_first()))
}

/// The links of customers and catalogue that any of the documents may need; they have none of their own yet.
async fn shared_links(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[DocumentId],
    documents: &[Document],
) -> Result<Links> {
    let mut keys: Vec<String> = documents.iter().flat_map(plan::shared_keys).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut all = Links::default();
    for (some, id) in keys.chunks(KEYS).zip(ids.iter().cycle()) {
        let links = db::links(tx, tenant, *id, some).await?;
        for target in plan::Target::ALL {
            for (key, link) in links.of(target) {
                all.set(key.clone(), link.clone());
            }
        }
    }
    Ok(all)
}

/// What will hold one document: an error is certain; the others, by cause, hold it where Autotask does not have a
/// record that it needs.
fn foreseen(
    setting: &Setting,
    links: &Links,
    document: &Document,
) -> std::result::Result<BTreeMap<String, Hold>, Hold> {
    let settings = &setting.revision.settings;
    let plan = plan::plan(&Input {
        sync: route::of_chosen(Class::of(document), settings).unwrap_or_default(),
        document,
        // A sale that goes with its quote is not among the unsent where that is there.
        quote_is_known: false,
        opportunity: None,
        sections: settings.sections.as_ref(),
        tickets: settings.tickets.sections.as_ref(),
        codes: settings.codes.as_ref(),
        links,
        lists: &setting.lists,
        currency: setting.currency.as_deref(),
    });
    if let Some(hold) = plan.problems.into_iter().next() {
        return Err(hold);
    }
    let holds = plan.steps.into_iter().filter_map(|step| match step.action {
        Action::Find(Find { otherwise: Otherwise::Hold(hold), .. }) if hold.is_about_settings() => Some(hold),
        _ => None,
    });
    Ok(holds.map(|hold| (hold.cause(), hold)).collect())
}
