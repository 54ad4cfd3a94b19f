//! What the numbers were measured on.

use std::process::Command;

/// One line: cores, processor, compiler, the databases' shells.
pub fn facts() -> String {
    let cores = std::thread::available_parallelism().map_or_else(|_| "?".to_owned(), |cores| cores.to_string());
    let versions = ["rustc", "sqlite3", "psql"].map(version);
    format!("{cores} cores, {}; {}", processor(), versions.join(", "))
}

fn processor() -> String {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = told.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown processor", |(_, name)| name).to_owned()
}

/// The number that `NAME --version` tells.
fn version(name: &str) -> String {
    let told = Command::new(name).arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    let number = told.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    number.map_or_else(|| format!("no {name}"), |number| format!("{name} {number}"))
}
