//! What a page shows, as plain data: one struct a page, with its template in `templates/`.
//!
//! Nothing here knows the domain or the database. A handler fills a struct with words and numbers that are
//! ready to be read, and the template places them; so a page can be rendered, tested and looked at alone.

mod account;
mod activity;
mod api_docs;
mod apps;
mod autotask;
mod backfill;
mod catalogue;
mod category_import;
mod category_map;
mod clash;
mod codes_form;
mod connection;
mod error_page;
mod fields;
mod history;
mod lists;
mod opportunities;
mod opportunities_form;
mod parts;
mod preview;
mod push_detail;
mod repair_list;
mod repairs;
mod settings_file;
mod settings_summary;
mod shell;
mod sign_in;
mod tickets;
mod turn_off;

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod html_rules;
#[cfg(test)]
mod samples;

pub use account::{Account, SessionRow};
pub use activity::{Activity, Answer, Answers, CauseGroup, Filter, PushRow};
pub use api_docs::{
    ApiDocs, ApiReference, CodeSample, FieldRow, Group, Operation, Piece, ResponseRow, Schema, TypeRef,
};
pub use apps::{Apps, Tile};
pub use autotask::{Autotask, Fact, SectionRow, TaskRow};
pub use backfill::{
    Backfill, BackfillConfirm, BackfillFilter, BackfillRow, BackfillSent, BackfillState, DateField,
    ForeseenCause,
};
pub use catalogue::{
    Brand, BrandRow, Brands, Categories, Category, CategoryNode, Item, ItemRow, Items, Tab, Use,
};
pub use category_import::{CategoryImport, ImportDiff, ImportSection};
pub use category_map::{MapFilter, MapRow, MapState, MapSuggestion, MapTable};
pub use clash::{Clash, ClashRow};
pub use codes_form::Codes;
pub use connection::{CheckRow, Connection, ConnectionForm, Disconnect, Meter, MeterAll};
pub use error_page::{ErrorPage, ErrorPageInside, ErrorPageOutside};
pub use fields::{Choice, Control, Radios, Select, SharedList, Text, Typed, id_of};
pub use history::{ChangeRow, Compare, History, HistoryFilter, HistoryRow, Revision};
pub use lists::{Failure as ListFailure, Lists, News as ListNews, Progress as ListProgress};
pub use opportunities::{Obstacle, Opportunities, Remedy, SetupNeeded, Switch};
pub use opportunities_form::{Contents, Created, Form, Lost, Services, Won};
pub use parts::{Crumb, ErrorLink, Link, Notice, Tag, Tone, count_of};
pub use preview::{Card, Place, Preview, PreviewItem, Problem, Received};
pub use push_detail::{AttemptRow, CompanyPicker, PushDetail, StepRow, ValueRow, WrittenValues};
pub use repair_list::{RepairRow, Repairs};
pub use repairs::{LinkOpportunity, StopSync};
pub use settings_file::{FileChange, FileChanges, FileProblem, SettingsFile};
pub use settings_summary::{SettingsSummary, SummaryRow, SummarySection};
pub use shell::{Frame, Nav, Shell, Theme};
pub use sign_in::SignIn;
pub use tickets::{Tickets, TicketsForm};
pub use turn_off::TurnOff;
