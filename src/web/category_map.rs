//! `/apps/autotask/opportunities/map…`: the tools of the category map, its export and its import.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

use super::{
    error::Page,
    extract::{Form, Signed, html, pairs},
    opportunities::{CRUMBS, PAGE, page},
    opportunities_view::initial,
    upload::Upload,
    view::{CategoryImport, ImportDiff, ImportSection, MapFilter, Nav},
};
use crate::{
    crypto,
    domain::{
        lists::List,
        settings::{category_csv::Mapping, form::SettingsForm},
    },
    error::{Error, FieldErrors},
    service::category_map::Imported,
};

/// Which rows of the map an address shows: `?map_state=unmapped&map_q=lap`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MapParams {
    #[serde(rename = "map_q")]
    search: String,
    #[serde(rename = "map_state")]
    state: String,
    #[serde(rename = "map_changed")]
    changed: String,
}

impl From<MapParams> for MapFilter {
    fn from(params: MapParams) -> Self {
        Self { search: params.search, state: params.state, changed: params.changed == "true" }
    }
}

/// Leads whoever reloads a page that a tool made back to the settings.
pub async fn back() -> Redirect {
    Redirect::to(&format!("{PAGE}#category_map"))
}

/// Applies a tool to the form as it was posted, and shows it again, unsaved.
pub async fn tool(signed: Signed, Form(mut form): Form<SettingsForm>) -> Page {
    let (view, outcome) = signed.services().map_categories(signed.visitor.tenant, &mut form).await?;
    let mut page = page(&signed, &view, Some(&form), FieldErrors::default(), None).await?;
    if let Some(form) = &mut page.form {
        form.map.outcome = outcome;
    }
    html(&page)
}

/// The saved map as a file.
pub async fn export(signed: Signed) -> Page {
    let file = signed.services().export_category_map(signed.visitor.tenant).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"category-map.csv\""),
    ];
    Ok((headers, file).into_response())
}

/// Asks for a file.
pub async fn ask(signed: Signed) -> Page {
    html(&import_page(&signed))
}

/// Shows what a file would change.
pub async fn import(signed: Signed, upload: Upload) -> Page {
    let mut page = import_page(&signed);
    let status = match signed.services().import_category_map(signed.visitor.tenant, upload.bytes()).await {
        Ok(imported) => {
            page.diff = Some(diff(&imported, &signed.visitor.tenant_name)?);
            StatusCode::OK
        }
        Err(Error::BadRequest(sentence)) => {
            (page.error, page.pasted) = (Some(sentence), upload.text().unwrap_or_default().to_owned());
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(error) => return Err(error.into()),
    };
    Ok((status, html(&page)?).into_response())
}

fn import_page(signed: &Signed) -> CategoryImport {
    let crumbs = [CRUMBS[0], CRUMBS[1], ("Opportunities", Some(PAGE)), ("Import the category map", None)];
    let title = "Import the category map — Opportunities";
    let shell = signed.shell(title, Nav::Apps, &crumbs);
    CategoryImport { shell, error: None, pasted: String::new(), diff: None }
}

fn diff(imported: &Imported, brand: &str) -> Result<ImportDiff, Error> {
    let (view, import) = (&imported.view, &imported.import);
    let mut form = initial(view, brand).form;
    form.revision = view.revision.to_string();
    form.form_id = crypto::random_text();
    imported.apply(&mut form);
    let changes = import.changes().next().is_some();
    Ok(ImportDiff {
        summary: format!(
            "{} added, {} changed, {} no longer mapped. {} as saved. {} left out.",
            import.added.len(),
            import.changed.len(),
            import.unmapped.len(),
            import.unchanged,
            import.unknown.len() + import.wrong.len()
        ),
        sections: sections(imported),
        form: if changes { pairs(&form)? } else { Vec::new() },
        can_save: view.settings.sections.is_some(),
    })
}

fn sections(imported: &Imported) -> Vec<ImportSection> {
    let import = &imported.import;
    let name = |value: Option<i64>| {
        value.map_or_else(
            || "Not mapped".to_owned(),
            |value| imported.view.lists.path(List::ProductCategories, value),
        )
    };
    let mapping = |mapping: &Mapping| {
        let change = format!("{} → {}", name(mapping.before), name(mapping.after));
        [mapping.category.replace('/', " › "), change]
    };
    let line = |(number, text): &(u64, String)| [format!("Line {number}"), text.clone()];
    let section = |heading: &str, note: &str, columns, lines| ImportSection {
        heading: heading.to_owned(),
        note: note.to_owned(),
        columns,
        lines,
    };
    let pairs = ["Kaseya Quote Manager category", "Autotask category"];
    let all = |mappings: &[Mapping]| mappings.iter().map(mapping).collect();
    let problems = ["Line", "What is wrong"];
    let mut sections = vec![
        section(
            "Wrong lines",
            "These lines are left out. Correct them in the file and import it again.",
            problems,
            import.wrong.iter().map(line).collect(),
        ),
        section(
            "Unknown categories",
            "These lines are left out: no product or quote has their category.",
            ["Line", "Category"],
            import.unknown.iter().map(line).collect(),
        ),
        section("Added", "", pairs, all(&import.added)),
        section("Changed", "", pairs, all(&import.changed)),
        section(
            "No longer mapped",
            "The file names no Autotask category for them.",
            pairs,
            all(&import.unmapped),
        ),
    ];
    sections.retain(|section| !section.lines.is_empty());
    sections
}
