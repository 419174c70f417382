//! Every pair of colours that the style sheet puts on each other can be told apart, in light and in dark.

use std::collections::BTreeMap;

const CSS: &str = include_str!("../../../static/app.css");

/// Text needs 4.5 to 1 (WCAG 2.2, 1.4.3).
const TEXT: [(&str, &str); 22] = [
    ("ink", "canvas"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink-2", "canvas"),
    ("ink-2", "surface"),
    ("ink-2", "sunken"),
    ("ink-3", "canvas"),
    ("ink-3", "surface"),
    ("ink-3", "sunken"),
    ("accent-text", "canvas"),
    ("accent-text", "surface"),
    ("accent-text", "sunken"),
    ("accent-text", "accent-soft"),
    ("accent-ink", "accent"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("bad", "bad-soft"),
    ("info", "info-soft"),
    ("ink", "ok-soft"),
    ("ink", "warn-soft"),
    ("ink", "bad-soft"),
    ("bad", "surface"),
];

/// The edges of controls need 3 to 1 (1.4.11).
const EDGES: [(&str, &str); 5] = [
    ("line-strong", "surface"),
    ("line-strong", "sunken"),
    ("line-strong", "canvas"),
    ("accent", "surface"),
    ("accent", "canvas"),
];

#[test]
fn colours_can_be_told_apart() {
    let tokens = tokens();
    let mut failures = Vec::new();
    for (pairs, least) in [(&TEXT[..], 4.5), (&EDGES[..], 3.0)] {
        for (front, back) in pairs {
            for (theme, name) in ["light", "dark"].into_iter().enumerate() {
                let ratio = ratio(tokens[*front][theme], tokens[*back][theme]);
                if ratio < least {
                    failures.push(format!("{front} on {back}, {name}: {ratio:.2}, needs {least}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_measure_is_the_one_of_the_standard() {
    assert!((ratio(0x00_00_00, 0xff_ff_ff) - 21.0).abs() < 0.01);
    assert!((ratio(0x77_77_77, 0xff_ff_ff) - 4.48).abs() < 0.01);
}

/// Token name to its light and its dark colour.
fn tokens() -> BTreeMap<&'static str, [u32; 2]> {
    CSS.lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(#")?;
            let (light, dark) = value.trim_end_matches(");").split_once(", #")?;
            Some((name, [u32::from_str_radix(light, 16).ok()?, u32::from_str_radix(dark, 16).ok()?]))
        })
        .collect()
}

fn ratio(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(rgb: u32) -> f64 {
    let [_, red, green, blue] = rgb.to_be_bytes().map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
