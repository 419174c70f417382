//! What a person can do about each hold.

use super::{CompanyLack, Hold, is_of_ticket};
use crate::domain::settings::fields::CREATE_CUSTOMERS_LABEL;

/// What a person does about another tool that sends too.
const STOP_THE_OTHER: &str = "Turn off the Autotask opportunity sync in Kaseya Quote Manager (or in the other tool). Then press Start \
     sending again on the Opportunities page: it is sent then.";

impl CompanyLack {
    fn fix(self) -> &'static str {
        match self {
            Self::Phone => "Send the document with customer.phone. Or choose its company on the push's page.",
            Self::Name => {
                "Autotask keeps at most 100 characters, and only those of Western European alphabets. Add it in Autotask under \
                 another name, then choose that company on the push's page."
            }
        }
    }
}

impl Hold {
    /// What a person can do about it, in one sentence.
    pub fn fix(&self) -> String {
        if let Some(fix) = self.fix_of_ticket() {
            return fix;
        }
        match self {
            Self::SetupNeeded | Self::TicketSetupNeeded => "Choose every required setting on the Opportunities page and save. It is sent then.".to_owned(),
            Self::CustomerUnknown { .. }
            | Self::CustomerAmbiguous { .. }
            | Self::CompanyGone { .. }
            | Self::CompanyInactive { .. }
            | Self::CompanyIncomplete { .. }
            | Self::LinkedCompanyInactive { .. } => self.company_fix(),
            Self::Currency { .. } => "Amounts are never converted. Enter this one in Autotask by hand.".to_owned(),
            Self::CategoryUnmapped { .. } => {
                "Map the category, or choose a fallback, on the Opportunities page and save. It is sent then.".to_owned()
            }
            Self::OptionInactive { field, .. } => {
                format!("Choose an active value for {field} on the Opportunities page and save. It is sent then.")
            }
            Self::CatalogueAmbiguous { .. } => {
                "Make all but one of them inactive in Autotask, or give the line the SKU of the right one. Then retry.".to_owned()
            }
            Self::PeriodMissing { service, .. } => format!(
                "Add the service \"{service}\" in Autotask with the period that fits, or bill the line in another period. Then retry."
            ),
            Self::PeriodDiffers { .. } => {
                "Give the line the service's period, or the name of another service: in Autotask a service keeps the period that it was made with.".to_owned()
            }
            Self::QuoteMissing { number } => format!("Send quote {number}. The sale is sent with it."),
            Self::Duplicate { .. } | Self::Gone { .. } => self.record_fix(),
            Self::Refused { .. } => "Correct what Autotask names, in Autotask or in the document. Then retry.".to_owned(),
            Self::UnknownCode { source, code, .. } => say_what_it_means(source, *code),
            Self::Unclear { .. } => "Correct it where the document is made. It is sent when the change arrives.".to_owned(),
            Self::Credentials => "Check that the API user is active, then enter the secret again on the connection page. It is sent then.".to_owned(),
            Self::NotConnected => "Connect Autotask on the connection page. It is sent then.".to_owned(),
            Self::Crashed => {
                "Look at the worker's log for this push, and tell whoever maintains Opportune what it says. Then change the quote, or update Opportune and retry.".to_owned()
            }
            Self::SecondSender => STOP_THE_OTHER.to_owned(),
            Self::GaveUp { .. } => "Check that Autotask answers. Then retry.".to_owned(),
        }
    }

    /// What a person can do about a customer without a company; nothing for other holds.
    fn company_fix(&self) -> String {
        match self {
            Self::CustomerUnknown { name, .. } => format!(
                "Choose its company on the push's page. Or turn on \"{CREATE_CUSTOMERS_LABEL}\" on the Opportunities page and save: \
                 it is created then. Or add a company called exactly \"{name}\" in Autotask, then retry."
            ),
            Self::CustomerAmbiguous { .. } => "Choose the right one on the push's page.".to_owned(),
            Self::CompanyGone { .. } => {
                "Choose its company on the push's page, or correct the id that the document names.".to_owned()
            }
            Self::CompanyInactive { .. } => {
                "Make it active in Autotask, then retry. Or choose another company on the push's page."
                    .to_owned()
            }
            Self::CompanyIncomplete { lack, .. } => lack.fix().to_owned(),
            Self::LinkedCompanyInactive { .. } => {
                "Make it active again in Autotask, then retry. Or choose another company on the push's page."
                    .to_owned()
            }
            _ => String::new(),
        }
    }

    /// What a person can do about a record that is there twice or no more; nothing for other holds.
    fn record_fix(&self) -> String {
        match self {
            Self::Duplicate { .. } if self.record().is_none() => {
                "Rename all but one of them in Autotask, then retry.".to_owned()
            }
            Self::Duplicate { .. } => {
                "Link the right opportunity on the push's page. Or rename all but one of them in Autotask, then retry.".to_owned()
            }
            Self::Gone { .. } => {
                "Link another opportunity, or stop the sync, on the push's page. Opportune makes no second one by itself.".to_owned()
            }
            _ => String::new(),
        }
    }

    /// What a person can do about what has to do with tickets; `None` for other holds.
    fn fix_of_ticket(&self) -> Option<String> {
        let fix = match self {
            Self::TicketSetupNeeded => {
                "Choose every required setting on the Tickets page and save. It is sent then."
            }
            Self::OptionInactive { field, list, .. } if list.is_of_tickets() => {
                let sentence = format!(
                    "Choose an active value for {field} on the Tickets page and save. It is sent then."
                );
                return Some(sentence);
            }
            Self::Duplicate { entity, .. } if is_of_ticket(entity) => {
                "Link the right ticket on the push's page. Or clear the external ID of all but one of them in Autotask, then retry."
            }
            Self::Gone { entity, .. } if is_of_ticket(entity) => {
                "Link another ticket, or stop the sync, on the push's page. Opportune makes no second one by itself."
            }
            _ => return None,
        };
        Some(fix.to_owned())
    }
}

/// What a person can do about a number of a source's that is not known.
fn say_what_it_means(source: &str, code: i64) -> String {
    format!("Say what {code} means on the {source} page and save. It is sent then.")
}
