//! After a save of the settings: what waits or is held goes by the sync that the settings say now.

use crate::{
    db::{self, OpenSale, WriteTx},
    domain::{
        document::Kind,
        ids::{DocumentId, PushId, TenantId},
        route::{self, Class, Route, Sync},
        settings::Settings,
    },
    error::Result,
    service::{Services, planning},
};

/// Documents that are asked about together: databases take only so many values at once.
const TOGETHER: usize = 500;

impl Services {
    /// Makes the pushes of sales that go by another sync now pushes of that one, and due, in the transaction of the save.
    /// What Autotask has already, or may have, stays what it is; where no sync takes such sales any more, what waits goes
    /// on waiting for its own.
    pub(super) async fn reroute(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        before: &Settings,
        after: &Settings,
    ) -> Result<()> {
        for class in [Class::UnquotedSale, Class::QuotedSale] {
            let [was, is] = [before, after].map(|settings| route::of_class(class, settings));
            let Some(sync) = is.sync().filter(|_| was != is) else { continue };
            let sales = db::open_sales(tx, tenant, class == Class::QuotedSale, sync).await?;
            for some in sales.chunks(TOGETHER) {
                self.reroute_sales(tx, tenant, some, sync).await?;
            }
            if class == Class::QuotedSale && was == Route::By(Sync::Opportunities) && sync == Sync::Tickets {
                self.part_from_quotes(tx, tenant, after).await?;
            }
        }
        Ok(())
    }

    async fn reroute_sales(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        sales: &[OpenSale],
        sync: Sync,
    ) -> Result<()> {
        let now = self.clock.now();
        let ids: Vec<DocumentId> = sales.iter().map(OpenSale::document).collect();
        let linked = db::documents_in_autotask(tx, tenant, &ids).await?;
        for sale in sales.iter().filter(|sale| !linked.contains(&sale.document())) {
            db::set_push_sync(tx, tenant, sale.push(), sync).await?;
            db::wake_push(tx, tenant, sale.push(), None, now).await?;
            if sync == Sync::Opportunities
                && let Some(number) = &sale.quote_number
                && let Some(quote) = db::find_document(tx, tenant, Kind::Quote, number).await?
            {
                // The sale is sent with it from now on.
                db::touch_document(tx, tenant, quote.id, now).await?;
                match db::active_push(tx, tenant, quote.id).await? {
                    Some(active) => db::wake_push(tx, tenant, active, Some("won"), now).await?,
                    None => self.add_push(tx, tenant, quote.id, Sync::Opportunities).await?,
                }
            }
        }
        Ok(())
    }

    /// Gives sales that wait to be sent with their quotes a push of their own.
    async fn part_from_quotes(&self, tx: &mut WriteTx, tenant: TenantId, settings: &Settings) -> Result<()> {
        for id in db::sales_behind_quotes(tx, tenant).await? {
            let Some(sale) = db::document(tx, tenant, id).await? else { continue };
            let quote = planning::quote_of(tx, tenant, &sale.document).await?.map(|quote| quote.id);
            let route = planning::route_of(tx, tenant, (id, &sale.document), quote, settings).await?;
            if route == Route::By(Sync::Tickets) {
                self.add_push(tx, tenant, id, Sync::Tickets).await?;
            }
        }
        Ok(())
    }

    async fn add_push(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        document: DocumentId,
        sync: Sync,
    ) -> Result<()> {
        let push = PushId(self.clock.new_id());
        db::add_push(tx, tenant, document, push, sync, "won", self.clock.now()).await
    }
}
