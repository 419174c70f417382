//! What stands before every call to a source: its limits, kept in the database, so that they hold for all processes.
//!
//! Each call is counted before it is made, in the second and in the minute in which that is. The stretches that are looked
//! at are a little longer than the source's own, as a call arrives there some time after it left.

use crate::{
    clock::Millis,
    db::{self, Tx, WriteTx},
    domain::{
        ids::TenantId,
        source::{Facts, progress::DAILY},
    },
    error::Result,
    service::{Services, limits::Lane},
};

/// A second's calls count against those of a minute for this much longer than one …
const BEYOND_A_MINUTE: Millis = 2_000;
/// … and a minute's calls against those of a day.
const DAY: Millis = DAILY + 2 * 60_000;
/// Calls of a minute that are kept for people who test a key …
const FOR_PEOPLE_A_MINUTE: i64 = 3;
/// … and of a day.
const FOR_PEOPLE_A_DAY: i64 = 100;

/// Calls that were made, and those that are allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallUse {
    /// Calls of the last minute.
    pub minute: i64,
    /// Calls that are allowed within a minute.
    pub minute_limit: i64,
    /// Calls of the last 24 hours.
    pub day: i64,
    /// Calls that are allowed within 24 hours.
    pub day_limit: i64,
}

impl Services {
    /// Counts a call that is made next; or when the next one may be made, if none may now.
    pub(super) async fn take_source_call(
        &self,
        tx: &mut WriteTx,
        tenant: TenantId,
        facts: &Facts,
        lane: Lane,
    ) -> Result<std::result::Result<(), Millis>> {
        let now = self.clock.now();
        db::lock_source_calls(tx, tenant, facts.word).await?;
        let kept = if lane == Lane::Background { (FOR_PEOPLE_A_MINUTE, FOR_PEOPLE_A_DAY) } else { (0, 0) };
        for (span, stretch, most) in [
            (db::SECOND, self.sources.minute + BEYOND_A_MINUTE, facts.calls_a_minute - kept.0),
            (db::MINUTE, DAY, facts.calls_a_day - kept.1),
        ] {
            let made = db::source_calls(tx, tenant, facts.word, span, now - stretch).await?;
            if made.calls >= most {
                return Ok(Err(made.first.unwrap_or(now) + stretch));
            }
            db::forget_source_calls(tx, tenant, facts.word, span, now - stretch).await?;
        }
        db::count_source_call(tx, tenant, facts.word, now).await?;
        Ok(Ok(()))
    }
}

/// How many calls were made of late.
pub(super) async fn call_use(
    services: &Services,
    tx: &mut Tx,
    tenant: TenantId,
    facts: &Facts,
) -> Result<CallUse> {
    let now = services.clock.now();
    let stretch = services.sources.minute + BEYOND_A_MINUTE;
    Ok(CallUse {
        minute: db::source_calls(tx, tenant, facts.word, db::SECOND, now - stretch).await?.calls,
        minute_limit: facts.calls_a_minute,
        day: db::source_calls(tx, tenant, facts.word, db::MINUTE, now - DAY).await?.calls,
        day_limit: facts.calls_a_day,
    })
}
