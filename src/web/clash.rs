//! The page to choose on where two people changed the same settings.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse},
};

use super::{
    error::Page,
    extract::{Signed, pairs},
    opportunities::{CRUMBS, address},
    opportunities_view::posted_name,
    view::{Choice, Clash as View, ClashRow, Nav, count_of},
};
use crate::{
    crypto,
    domain::{
        lists::Lists,
        settings::{
            Origin, diff,
            fields::{self, Value},
            form::{LostForm, MapRowForm, SettingsForm},
            merge::Clash,
        },
    },
    error::Error,
    service::settings::Clashing,
};

/// Shows the choice, with everything else that was typed.
pub async fn show(signed: &Signed, clashing: &Clashing) -> Page {
    let view = signed.services().settings_view(signed.visitor.tenant).await?;
    let mut form = clashing.form.clone();
    if form.form_id.is_empty() {
        form.form_id = crypto::random_text();
    }
    let rows: Vec<_> = clashing.clashes.iter().map(|clash| row(clash, &mut form, &view.lists)).collect();
    let (page, label) = (address(form.page()), form.page().label());
    let crumbs = [CRUMBS[0], CRUMBS[1], (label, Some(page)), ("Choose", None)];
    let title = format!("Choose which values to keep — {label}");
    let page = View {
        shell: signed.shell(&title, Nav::Apps, &crumbs),
        action: page.to_owned(),
        draft: Some(format!("{page}/draft")),
        page: page.to_owned(),
        summary: summary(&clashing.by, clashing.clashes.len(), &form),
        theirs: clashing.by.clone(),
        yours: if undone(&form).is_some() { "Undone" } else { "Yours" }.to_owned(),
        hidden: hidden(&form, &rows)?,
        rows,
    };
    Ok((StatusCode::CONFLICT, Html(page.render().map_err(Error::from)?)).into_response())
}

fn undone(form: &SettingsForm) -> Option<i64> {
    match form.origin.parse() {
        Ok(Origin::Undo(revision)) => Some(revision),
        _ => None,
    }
}

fn summary(by: &str, count: usize, form: &SettingsForm) -> String {
    let count =
        count_of(u64::try_from(count).unwrap_or(u64::MAX), "of the same settings", "of the same settings");
    let when = match undone(form) {
        Some(revision) => format!("after revision {revision}"),
        None => "while you were editing".to_owned(),
    };
    format!("{by} changed {count} {when}. Choose which values to keep.")
}

fn row(clash: &Clash, form: &mut SettingsForm, lists: &Lists) -> ClashRow {
    let name = match (fields::row_of(&clash.path), fields::source_code_of(&clash.path)) {
        (Some(category), _) => row_name(category, form),
        (_, Some(code)) => format!("quote_manager[codes][{}][meaning]", form.quote_manager.place_of(code)),
        _ => posted_name(&clash.path),
    };
    let was = clash.was.as_ref().map(|value| fields::text(&clash.path, value, lists));
    let [theirs, yours] = fields::told_apart(&clash.path, [&clash.theirs, &clash.yours], lists);
    let choice =
        |label, value: &Value, selected| Choice { value: posted(&clash.path, value), label, selected };
    ClashRow {
        name,
        label: clash.label.clone(),
        was: was.unwrap_or_else(|| diff::NEVER_SAVED.to_owned()),
        theirs: choice(theirs, &clash.theirs, true),
        yours: choice(yours, &clash.yours, false),
    }
}

/// The name of a category's row in the form, which gets that row where it has none.
fn row_name(category: &str, form: &mut SettingsForm) -> String {
    let rows = &mut form.category_map.rows;
    let known = rows.iter().find(|(_, row)| row.category == category).map(|(index, _)| *index);
    let index = known.unwrap_or_else(|| rows.last_key_value().map_or(0, |(last, _)| last + 1));
    rows.entry(index)
        .or_insert_with(|| MapRowForm { category: category.to_owned(), ..MapRowForm::default() });
    format!("category_map[rows][{index}][autotask_category]")
}

fn posted(path: &str, value: &Value) -> String {
    if path == fields::LOST_STAGE && value.is_empty() { LostForm::KEEP.to_owned() } else { value.posted() }
}

/// The form in hidden fields, but for what is chosen about.
fn hidden(form: &SettingsForm, rows: &[ClashRow]) -> Result<Vec<(String, String)>, Error> {
    let stage = posted_name(fields::LOST_STAGE);
    let is_stage_chosen = rows.iter().any(|row| row.name == stage);
    let is_chosen = |name: &str| {
        rows.iter().any(|row| row.name == name) || (is_stage_chosen && name == "lost[keep_stage]")
    };
    Ok(pairs(form)?.into_iter().filter(|(name, _)| !is_chosen(name)).collect())
}
