//! A document in words, one thing a line: what the table of cases holds it to.

use serde_json::Value;

/// What the document's JSON says, in full.
pub fn readable(document: &Value) -> Vec<String> {
    let mut said = vec![format!("{}: {}", text(&document["state"]), text(&document["title"]))];
    let expires = given(", until ", &document["expires_on"]);
    said.push(format!("made {}{expires}, in {}", text(&document["created_at"]), text(&document["currency"])));
    said.extend(some(&document["quote_number"]).map(|number| format!("from quote {number}")));
    said.push(customer(&document["customer"]));
    said.extend(person("owner", &document["owner"]));
    said.extend(person("contact", &document["contact"]));
    said.extend(address("billing to", &document["billing_address"]));
    said.extend(address("delivery to", &document["delivery"]["address"]));
    said.extend(charge("delivery for", &document["delivery"]["charge"]));
    said.extend(charge("surcharge", &document["surcharge"]));
    said.extend(some(&document["coupon"]).map(|amount| format!("coupon {amount}")));
    let ids =
        ["opportunity_id", "quote_id"].map(|name| given(&format!(" {name} "), &document["autotask"][name]));
    said.extend(Some(ids.concat()).filter(|ids| !ids.is_empty()).map(|ids| format!("Autotask{ids}")));
    said.extend(list(&document["lines"]).map(line));
    said.extend(list(&document["unclear"]).map(unclear));
    said
}

fn line(line: &Value) -> String {
    let of = |name: &str| text(&line[name]);
    let head = format!("{} {} {}", of("id"), of("kind"), of("name"));
    let sold = if line["kind"] == "text" {
        String::new()
    } else {
        format!(": {} × {}", of("quantity"), of("unit_price"))
    };
    let discount = &line["discount"];
    let more = [
        (", cost ", &line["unit_cost"]),
        (", ", &line["period"]),
        (", discount ", &discount["kind"]),
        (" ", &discount["value"]),
        (", sku ", &line["sku"]),
        (", part ", &line["manufacturer_part_number"]),
        (", in ", &line["category"]),
        (", by ", &line["brand"]),
        (", more: ", &line["description"]),
    ]
    .map(|(before, value)| given(before, value));
    let marks =
        [("taxable", true, ", taxed"), ("optional", true, ", optional"), ("selected", false, ", left out")]
            .map(|(name, is, word)| if line[name] == is { word } else { "" });
    [head, sold, more.concat(), marks.concat()].concat()
}

fn unclear(unclear: &Value) -> String {
    match unclear["kind"].as_str() {
        Some("code") => format!("unclear: {} {}", text(&unclear["field"]), unclear["code"]),
        _ => format!("unclear: {}", text(&unclear["sentence"])),
    }
}

fn customer(customer: &Value) -> String {
    let phone = given(", phone ", &customer["phone"]);
    let company = given(", Autotask company ", &customer["autotask_company_id"]);
    format!("customer {} {}{phone}{company}", text(&customer["id"]), text(&customer["name"]))
}

fn person(what: &str, person: &Value) -> Option<String> {
    let email = some(&person["email"]).map(|email| format!(" <{email}>")).unwrap_or_default();
    person.is_object().then(|| format!("{what} {}{email}", some(&person["name"]).unwrap_or_default()))
}

fn address(what: &str, address: &Value) -> Option<String> {
    let members = ["line1", "line2", "city", "state", "postal_code", "country"];
    let parts: Vec<String> = members.iter().filter_map(|name| some(&address[name])).collect();
    (!parts.is_empty()).then(|| format!("{what} {}", parts.join(" / ")))
}

fn charge(what: &str, charge: &Value) -> Option<String> {
    let taxed = if charge["taxable"] == true { ", taxed" } else { "" };
    some(&charge["amount"]).map(|amount| format!("{what} {amount}{taxed}"))
}

fn given(before: &str, value: &Value) -> String {
    some(value).map(|text| format!("{before}{text}")).unwrap_or_default()
}

fn some(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| text(value))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
