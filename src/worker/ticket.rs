//! What is particular about tickets: texts that people wrote stay, and so do charges that are billed.

use serde_json::Value;

use super::{
    end::{End, Stop},
    execute::missing,
    push::Run,
};
use crate::{
    autotask::{self, Call, Condition, Filter},
    domain::{
        hold::Hold,
        plan::{Fields, Key, Left, Link, Target, Written, rewritten},
    },
    failpoint,
};

/// The most ids that a query names.
const IDS: usize = 500;

impl Run<'_> {
    /// Brings a ticket's texts up to date, but for those that a person wrote anew. These count as written from then on,
    /// so that they are not asked about again.
    pub(super) async fn update_ticket(&mut self, key: &Key, mut fields: Fields) -> Result<(), Stop> {
        let id = self.links.id(key).ok_or_else(|| missing(key))?;
        let row = self.read_there(key.target, id).await?;
        let mut link = self.links.get(key).cloned().unwrap_or_default();
        let mut theirs = rewritten(&link.written.fields, &row);
        theirs.retain(|one| fields.get(one.field).is_some());
        if !theirs.is_empty() {
            let ours = fields.json(&self.links).map_err(|key| missing(&key))?;
            for one in &theirs {
                let wanted = ours.get(one.field).cloned().unwrap_or(Value::Null);
                link.written.fields.insert(one.field.to_owned(), wanted);
            }
            self.set_link(key, link.clone());
            self.keep(key, id, &theirs);
            fields.keep_changed(&link.written.fields);
        }
        if fields.is_empty() { Ok(()) } else { self.patch(key, id, &fields, None).await }
    }

    /// Whether a charge is not to be touched, as it is billed or a person deleted it. It is asked about all of the
    /// ticket's before the first one is changed.
    pub(super) async fn is_left(&mut self, key: &Key) -> Result<bool, Stop> {
        if key.target != Target::TicketCharge {
            return Ok(false);
        }
        if !self.knows_billed {
            self.read_charges().await?;
        }
        Ok(self.links.get(key).is_none_or(|link| link.written.left.is_some()))
    }

    /// A charge may have been billed after it was asked about: then it stays, whatever Autotask said.
    pub(super) async fn unless_billed(&mut self, key: &Key, outcome: Result<(), Stop>) -> Result<(), Stop> {
        if key.target != Target::TicketCharge
            || !matches!(outcome, Err(Stop::End(End::Held(Hold::Refused { .. }))))
        {
            return outcome;
        }
        self.read_charges().await?;
        if self.is_left(key).await? { Ok(()) } else { outcome }
    }

    /// Notes with each charge of the ticket whether it is billed or gone.
    async fn read_charges(&mut self) -> Result<(), Stop> {
        self.knows_billed = true;
        let charges = self.links.of(Target::TicketCharge);
        let known: Vec<(Key, Link)> = charges
            .filter(|(_, link)| link.written.left.is_none())
            .map(|(key, link)| (key.clone(), link.clone()))
            .collect();
        for some in known.chunks(IDS) {
            let ids = some.iter().map(|(_, link)| link.id);
            let filter = Filter::by(Condition::one_of("id", ids));
            let call = Call::query(Target::TicketCharge.entity(), &filter, &["id", "isBilled"]);
            let exchange = self.session.send(&call).await;
            failpoint::reach("charges.answered", Target::TicketCharge.name()).await;
            self.recorder.attempt(&call, &exchange);
            let rows = autotask::items(&exchange).map_err(|failure| self.stop(&failure))?;
            for (key, link) in some {
                let row = rows.iter().find(|row| autotask::id(row) == Some(link.id));
                let is_billed = row.is_some_and(|row| row.get("isBilled") == Some(&Value::Bool(true)));
                let left = match row {
                    None => Left::Deleted,
                    Some(_) if is_billed => Left::Billed,
                    Some(_) => continue,
                };
                let written = Written { left: Some(left), ..link.written.clone() };
                self.set_link(key, Link { id: link.id, written });
            }
        }
        Ok(())
    }
}
