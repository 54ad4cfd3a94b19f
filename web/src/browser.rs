//! Browsers by the names people know.

/// A browser's name in words people know: its long own name tells nobody anything.
pub fn words(user_agent: &str) -> String {
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| user_agent.contains(mark)).map_or("不明", |(_, words)| *words)
    };
    format!("{}（{}）", find(DEVICES), find(BROWSERS))
}

/// The first mark that is found decides.
const DEVICES: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windowsパソコン"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linuxパソコン"),
];

const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn browsers_are_named_as_people_know_them() {
        for (user_agent, known) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1",
                "iPhone（Safari）",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
                "Windowsパソコン（Edge）",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
                "Android（Chrome）",
            ),
            ("", "不明（不明）"),
        ] {
            assert_eq!(words(user_agent), known);
        }
    }
}
