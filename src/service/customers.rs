//! Customers whose company a person chooses: searched by name or number, linked once, remembered from then on.

use crate::{
    autotask::{self, Call, Condition, Filter, Row},
    db::{self, WriteTx},
    domain::{
        author::Author,
        hold::Hold,
        ids::{DocumentId, PushId, TenantId},
        lists::{List, ListOption},
        plan::{self, Link},
    },
    error::{Error, FieldErrors, Result},
    service::{Services, connection::SessionProblem, limits::Lane},
};

/// Companies that a search shows.
pub const MOST: usize = 20;

/// What a search for companies found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companies {
    /// What was searched for.
    pub text: String,
    /// Active companies, those of exactly that name first; the detail is the company's number.
    pub found: Vec<ListOption>,
    /// Whether more than [`MOST`] fit.
    pub has_more: bool,
}

/// A customer that was linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedCustomer {
    /// The company's name in Autotask.
    pub company: String,
    /// How many pushes go on because of it.
    pub released: usize,
}

impl Services {
    /// Companies of the cached list by name, number or Autotask id. Without a text: those that may be the customer of
    /// that name, by its whole name or else by its first word.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn companies(&self, tenant: TenantId, text: &str, customer: &str) -> Result<Companies> {
        let mut tx = self.db.read().await?;
        let first_word = customer.split_whitespace().next().unwrap_or_default();
        let tries = if text.trim().is_empty() { vec![customer, first_word] } else { vec![text] };
        let mut companies = Companies { text: String::new(), found: Vec::new(), has_more: false };
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        for text in tries {
            let found = db::search_options(&mut tx, tenant, List::Companies, text, most + 1).await?;
            companies = Companies { text: text.trim().to_owned(), has_more: found.len() > MOST, found };
            if !companies.found.is_empty() {
                break;
            }
        }
        companies.found.truncate(MOST);
        Ok(companies)
    }

    /// Links the customer that a push is held for with a company, checked by one read, and lets every push go on that
    /// is held for the same customer.
    ///
    /// # Errors
    /// When the push does not wait for a company, or Autotask has no such active company.
    pub async fn link_customer(
        &self,
        tenant: TenantId,
        author: &Author,
        push: PushId,
        company: &str,
    ) -> Result<LinkedCustomer> {
        let id = company.trim().parse().map_err(|_| wrong("company", "Choose a company"))?;
        let mut tx = self.db.read().await?;
        waiting_customer(&mut tx, tenant, push).await?;
        drop(tx);
        let filter = Filter::by(Condition::eq("id", id)).and(Condition::eq("isActive", true));
        let call = Call::query("Companies", &filter, &["id", "companyName"]);
        let rows = self.ask_autotask(tenant, &call, autotask::items).await?;
        let gone =
            || wrong("company", format!("Choose another company: {id} is not an active one in Autotask"));
        let name = rows.first().map(company_name).ok_or_else(gone)?;
        let mut tx = self.db.write().await?;
        let (document, hold) = waiting_customer(&mut tx, tenant, push).await?;
        let (customer, released) = self.remember(&mut tx, tenant, document, &hold, id).await?;
        let sentence = format!("linked customer '{customer}' with company '{name}'");
        self.note_repair(&mut tx, tenant, author, document, &sentence).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(LinkedCustomer { company: name, released })
    }

    /// The link of a document's customer, and everything that waited for it set going.
    async fn remember(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        id: DocumentId,
        hold: &Hold,
        company: i64,
    ) -> Result<(String, usize)> {
        let stored =
            db::document(tx, tenant, id).await?.ok_or(Error::NotFound("There is no such document."))?;
        let key = plan::company_key(&stored.document);
        let link = Link { id: company, ..Link::default() };
        db::put_link(tx, tenant, id, &key, &link, self.clock.now()).await?;
        let name = hold.customer().map(|(_, name)| name.to_owned()).unwrap_or_default();
        let mut released = 0;
        for (push, reason) in db::held_pushes(tx, tenant).await? {
            let other = serde_json::from_str::<Hold>(&reason).ok();
            let is_theirs = other.as_ref().and_then(Hold::customer).is_some_and(|(customer, called)| {
                customer == key.key || customer.is_empty() && called == name
            });
            if is_theirs {
                db::wake_push(tx, tenant, push, None, self.clock.now()).await?;
                released += 1;
            }
        }
        Ok((stored.document.content.customer.name, released))
    }

    /// One read of Autotask on behalf of a person who waits for the answer.
    ///
    /// # Errors
    /// When Autotask cannot be asked or refuses; the sentence says why and what to do.
    pub(super) async fn ask_autotask<T>(
        &self,
        tenant: TenantId,
        call: &Call,
        read: impl Fn(&autotask::Exchange) -> std::result::Result<T, autotask::Failure>,
    ) -> Result<T> {
        let session = self.session(tenant, Lane::Interactive).await?.map_err(|problem| match problem {
            SessionProblem::Held(hold) => Error::Conflict(format!("{}. {}", hold.cause(), hold.fix())),
            SessionProblem::Failed(failure) => unanswered(&failure),
        })?;
        let exchange = session.send(call).await;
        let mut tx = self.db.write().await?;
        db::count_calls(&mut tx, tenant, 1, self.clock.now()).await?;
        tx.commit().await?;
        read(&exchange).map_err(|failure| unanswered(&failure))
    }
}

fn unanswered(failure: &autotask::Failure) -> Error {
    Error::Conflict(format!("{}. Nothing was changed. Try again in a minute.", failure.sentence()))
}

fn company_name(row: &Row) -> String {
    row.get("companyName").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The document of a push that waits for its customer's company, and what it is held for.
async fn waiting_customer(tx: &mut db::Tx, tenant: TenantId, id: PushId) -> Result<(DocumentId, Hold)> {
    let push = db::push(tx, tenant, id).await?.ok_or(Error::NotFound("There is no push of that id."))?;
    let hold = push.reason.as_deref().and_then(|reason| serde_json::from_str::<Hold>(reason).ok());
    match hold.filter(|hold| push.state == "held" && hold.customer().is_some()) {
        Some(hold) => Ok((DocumentId(push.document_id), hold)),
        None => Err(Error::Conflict("This push does not wait for a company any more.".to_owned())),
    }
}

/// An error about one field of a form.
pub(super) fn wrong(field: &str, sentence: impl Into<String>) -> Error {
    let mut errors = FieldErrors::default();
    errors.add(field, sentence);
    errors.into()
}
