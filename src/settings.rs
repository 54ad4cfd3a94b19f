//! Where configuration comes from: the environment first, then an optional TOML
//! file whose keys are the variables' names without `UKETSUKE_`, in lower case.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, bail};
use uketsuke_core::config::Config;

/// Every variable of the program begins with this.
const PREFIX: &str = "UKETSUKE_";

/// Reads the configuration.
///
/// # Errors
/// All mistakes at once, each naming its key; a file that cannot be read; a key
/// in the file that nobody asked for.
pub fn load(file: Option<&Path>) -> anyhow::Result<Config> {
    let from_file = file.map(read).transpose()?.unwrap_or_default();
    from(&from_file, |key| std::env::var(key).ok())
}

fn from(file: &BTreeMap<String, String>, environment: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
    let asked = RefCell::new(Vec::new());
    let config = Config::from_lookup(|key| {
        let name = key.trim_start_matches(PREFIX).to_ascii_lowercase();
        asked.borrow_mut().push(name.clone());
        environment(key).or_else(|| file.get(&name).cloned())
    })?;
    let asked = asked.into_inner();
    let unknown: Vec<&str> = file.keys().filter(|key| !asked.contains(key)).map(String::as_str).collect();
    if !unknown.is_empty() {
        bail!("unknown keys in the configuration file: {}", unknown.join(", "));
    }
    Ok(config)
}

fn read(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let table: toml::Table = toml::from_str(&text).with_context(|| format!("{} is not TOML", path.display()))?;
    table.into_iter().map(|(key, value)| Ok((key.clone(), plain(&key, value)?))).collect()
}

fn plain(key: &str, value: toml::Value) -> anyhow::Result<String> {
    Ok(match value {
        toml::Value::String(text) => text,
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(yes) => yes.to_string(),
        _ => bail!("{key}: write a text, a whole number, true or false"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let file = file(&[("database_pool", "3"), ("email_max_chars", "50")]);
        let config = from(&file, |key| (key == "UKETSUKE_DATABASE_POOL").then(|| "5".to_owned())).unwrap();
        assert_eq!((config.database_pool, config.email_max_chars), (5, 50));
    }

    #[test]
    fn a_key_that_nobody_asks_for_is_a_mistake() {
        let told = from(&file(&[("databse_pool", "3")]), |_| None).err().unwrap().to_string();
        assert!(told.contains("databse_pool"), "{told}");
    }
}
