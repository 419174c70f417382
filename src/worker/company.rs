//! A linked company that became inactive: Autotask refuses its opportunities and tickets without saying so plainly.

use super::{end::Stop, push::Run};
use crate::{
    autotask::{self, Call},
    domain::{hold::Hold, plan::company_key},
};

impl Run<'_> {
    /// Whether the company is why an opportunity or a ticket was refused. It is read only then, so that it costs nothing else.
    pub(super) async fn inactive_company(&mut self) -> Result<Option<Hold>, Stop> {
        let Some(id) = self.links.id(&company_key(self.document)) else { return Ok(None) };
        let call = Call::read(format!("Companies/{id}"));
        let exchange = self.session.send(&call).await;
        self.recorder.attempt(&call, &exchange);
        // Where this fails too, what Autotask said of the record is all there is.
        let Ok(row) = autotask::item(&exchange) else { return Ok(None) };
        let is_active = row.and_then(|row| row.get("isActive")?.as_bool()).unwrap_or(false);
        let customer = &self.document.content.customer;
        let hold =
            Hold::LinkedCompanyInactive { customer: customer.id.clone(), name: customer.name.clone(), id };
        Ok((!is_active).then_some(hold))
    }
}
