//! The page to choose on where two people changed how a source is read, or what the same codes mean.

use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse},
};

use super::{
    error::Page,
    extract::{Signed, pairs},
    source_news::page as address,
    view::{Choice, Clash as View, ClashRow, Nav, count_of, row_name},
};
use crate::{
    domain::{
        lists::Lists,
        settings::{
            diff,
            fields::{self, Value},
            merge::Clash,
            source_forms::{CodeForm, CodesForm, ReadingForm},
        },
        source::codes::CodeField,
    },
    error::Error,
    service::sources::SourceForm,
};

/// What both want, and the fields to choose about.
pub struct Clashing {
    /// Who saved the newest revision.
    pub by: String,
    /// Everything that both want, theirs where they clash, on top of the newest revision.
    pub form: SourceForm,
    /// The fields to choose about.
    pub clashes: Vec<Clash>,
}

/// Shows the choice about how a source is read.
///
/// # Errors
/// When there is no such source.
pub fn reading(signed: &Signed, word: &str, clashing: &Clashing) -> Page {
    let form = ReadingForm {
        revision: clashing.form.revision.to_string(),
        form_id: clashing.form.form_id.clone(),
        ..ReadingForm::of(&clashing.form.settings)
    };
    let row = |clash: &Clash| Some(row(clash, clash.path.rsplit_once('.')?.1.to_owned()));
    show(signed, word, clashing, row, pairs(&form)?)
}

/// Shows the choice about what codes mean.
///
/// # Errors
/// When there is no such source.
pub fn codes(signed: &Signed, word: &str, typed: &CodesForm, clashing: &Clashing) -> Page {
    let fields = signed.services().code_fields(word)?;
    let mut form = CodesForm { revision: clashing.form.revision.to_string(), ..typed.clone() };
    for row in form.rows.values_mut() {
        let field = fields.iter().find(|field| field.name == row.field);
        let code = row.code.trim().parse().ok();
        if let (Some(field), Some(code)) = (field, code) {
            row.meaning = clashing.form.settings.meaning(field, code).unwrap_or_default().to_owned();
        }
    }
    let hidden = pairs(&form)?;
    let row = |clash: &Clash| {
        let key = fields::source_code_of(&clash.path)?;
        let (field, code) = fields.iter().find_map(|field| Some((field, field.code(key)?)))?;
        let is_it = |row: &CodeForm| row.field == field.name && row.code.trim().parse() == Ok(code);
        let (index, _) = form.rows.iter().find(|(_, row)| is_it(row))?;
        Some(in_words(row(clash, row_name(*index, "meaning")), field, code))
    };
    show(signed, &format!("{word}/codes"), clashing, row, hidden)
}

fn show(
    signed: &Signed,
    action: &str,
    clashing: &Clashing,
    row: impl Fn(&Clash) -> Option<ClashRow>,
    hidden: Vec<(String, String)>,
) -> Page {
    let word = action.split('/').next().unwrap_or_default();
    let source = signed.services().source_name(word)?;
    let page = address(word);
    let rows: Vec<_> = clashing.clashes.iter().filter_map(row).collect();
    let is_hidden = |(name, _): &(String, String)| !rows.iter().any(|row| row.name == *name);
    let crumbs = [("Apps", Some("/apps")), (source, Some(page.as_str())), ("Choose", None)];
    let view = View {
        shell: signed.shell(&format!("Choose which values to keep — {source}"), Nav::Apps, &crumbs),
        summary: summary(clashing),
        theirs: clashing.by.clone(),
        yours: "Yours".to_owned(),
        hidden: hidden.into_iter().filter(is_hidden).collect(),
        action: address(action),
        draft: None,
        page,
        rows,
    };
    Ok((StatusCode::CONFLICT, Html(view.render().map_err(Error::from)?)).into_response())
}

fn summary(clashing: &Clashing) -> String {
    let count = u64::try_from(clashing.clashes.len()).unwrap_or(u64::MAX);
    let what = count_of(count, "of the same settings", "of the same settings");
    format!("{} changed {what} while you were editing. Choose which values to keep.", clashing.by)
}

fn row(clash: &Clash, name: String) -> ClashRow {
    let text = |value: &Value| fields::text(&clash.path, value, &Lists::default());
    let choice = |value: &Value, selected| Choice { value: value.posted(), label: text(value), selected };
    ClashRow {
        name,
        label: clash.label.clone(),
        was: clash.was.as_ref().map_or_else(|| diff::NEVER_SAVED.to_owned(), text),
        theirs: choice(&clash.theirs, true),
        yours: choice(&clash.yours, false),
    }
}

/// A code's row in the words of the page. What nobody set is as it is known anyway.
fn in_words(row: ClashRow, field: &CodeField, code: i64) -> ClashRow {
    let known = field.preset(code).map(|preset| preset.word);
    let label = |word: &str| {
        let word = if field.meanings.iter().any(|meaning| meaning.word == word) { Some(word) } else { known };
        let meaning = field.meanings.iter().find(|meaning| Some(meaning.word) == word);
        meaning.map_or("Not known", |meaning| meaning.label).to_owned()
    };
    let choice = |choice: Choice| Choice { label: label(&choice.value), ..choice };
    ClashRow {
        label: format!("{}: code {code}", field.label),
        was: label(&row.was),
        theirs: choice(row.theirs),
        yours: choice(row.yours),
        ..row
    }
}
