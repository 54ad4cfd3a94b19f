//! The colours of both sites by WCAG 2.2: enough contrast wherever text stands in
//! them or on them, and no site colour that could pass for success.

use std::collections::HashMap;

use super::Files;

/// The values of a style sheet's first block that begins like this.
fn block(begins: &str) -> HashMap<String, String> {
    let file = Files::get("css/tokens.css").expect("embedded");
    let text = String::from_utf8_lossy(&file.data).into_owned();
    let (_, rest) = text.split_once(begins).expect("the block is there");
    let (inner, _) = rest.split_once('}').expect("it ends");
    let lines = inner.lines().filter_map(|line| line.trim().split_once(": "));
    let value = |value: &str| value.split(';').next().unwrap_or_default().to_owned();
    lines.map(|(name, rest)| (name.to_owned(), value(rest))).collect()
}

/// All values as they hold at a site.
fn values(site: &str) -> HashMap<String, String> {
    let mut all = block(":root {");
    if site != "omf" {
        all.extend(block(&format!("[data-site=\"{site}\"] {{")));
    }
    all
}

/// Red, green and blue of a value, followed to its end.
fn colour(values: &HashMap<String, String>, name: &str) -> [u8; 3] {
    let value = &values[name];
    if let Some(other) = value.strip_prefix("var(").and_then(|rest| rest.strip_suffix(')')) {
        return colour(values, other);
    }
    let digits = value.strip_prefix('#').expect("a colour");
    let wide: String = if digits.len() == 3 { digits.chars().flat_map(|c| [c, c]).collect() } else { digits.into() };
    std::array::from_fn(|i| u8::from_str_radix(&wide[2 * i..2 * i + 2], 16).expect("hexadecimal"))
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_in_the_colours_of_either_site_can_be_read() {
    for site in ["omf", "csm"] {
        let values = values(site);
        for (text, ground) in [
            ("--white", "--key"),
            ("--white", "--key-strong"),
            ("--white", "--key-deep"),
            ("--key", "--key-50"),
            ("--key-strong", "--white"),
            ("--key-strong", "--key-50"),
            ("--key-strong", "--gray-50"),
            ("--key-strong", "--yellow-300"),
            ("--text", "--key-50"),
            ("--support", "--key-50"),
        ] {
            let ratio = contrast(colour(&values, text), colour(&values, ground));
            assert!(ratio >= 4.5, "{site}: {text} on {ground} has {ratio:.2}");
        }
    }
}

#[test]
fn the_focus_ring_and_the_meanings_are_the_same_at_both_sites() {
    let (omf, csm) = (values("omf"), values("csm"));
    for name in ["--black", "--yellow-300", "--green-800", "--fault", "--text", "--blue-900"] {
        assert_eq!(colour(&omf, name), colour(&csm, name), "{name}");
    }
    for name in ["--key", "--key-strong", "--key-deep", "--key-200", "--key-50"] {
        assert_ne!(colour(&omf, name), colour(&csm, name), "{name}");
    }
}

#[test]
fn success_is_told_from_the_colour_of_either_site() {
    for site in ["omf", "csm"] {
        let values = values(site);
        let ([r, g, b], [x, y, z]) = (colour(&values, "--key"), colour(&values, "--green-800"));
        let apart = r.abs_diff(x).max(g.abs_diff(y)).max(b.abs_diff(z));
        assert!(apart >= 48, "{site}: {apart}");
    }
}

#[test]
fn portal_pages_take_their_blue_from_the_site() {
    // Tags of states read the same everywhere; their rules stay on two lines.
    for part in ["css/base.css", "css/forms.css", "css/components.css"] {
        let file = Files::get(part).expect("embedded");
        let text = String::from_utf8_lossy(&file.data).into_owned();
        for line in text.lines().filter(|line| line.contains("--blue-")) {
            assert!(line.trim_start().starts_with(".tag-blue"), "{part}: {line}");
        }
    }
}
