//! `uketsuke retention`: what is past its term, what was erased, and whether anything
//! of that is still there. Operators.

use std::path::Path;

use anyhow::bail;
use clap::Subcommand;
use uketsuke_core::retention::{self, Standing};

use crate::cli::staff::in_words;

/// What to do about terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Count what is due and what was erased, and look for what is left of that.
    Check,
    /// Erase what is due now; the workers do the same once a day.
    Run,
}

/// Runs it; what should be gone and is not, is a failure.
///
/// # Errors
/// As told; or when database or store do not answer.
pub async fn run(command: Command, config: Option<&Path>) -> anyhow::Result<()> {
    let parts = super::parts(config)?;
    parts.db.migrate()?;
    let terms = &parts.config.retention;
    if command == Command::Run {
        let tally = retention::run(&parts.db, &parts.storage, terms).await.map_err(in_words)?;
        println!("{}件を消去しました", tally.total());
    }
    let found = retention::check(&parts.db, &parts.storage, terms).await.map_err(in_words)?;
    for rule in &found.rules {
        println!("{}", line(rule));
        for left in &rule.leftovers {
            println!("  残っています：{}（{}）", left.id, left.what);
        }
    }
    for key in &found.nameless {
        println!("  どの行にもないファイルが残っています：{key}");
    }
    let left = found.nameless.len() + found.rules.iter().map(|rule| rule.leftovers.len()).sum::<usize>();
    if !found.is_clean() {
        bail!("消去したはずのものが{left}件残っています");
    }
    println!("消去したものは、データベースにもファイルの置き場所にも残っていません");
    Ok(())
}

fn line(rule: &Standing) -> String {
    let term = rule.days.map_or_else(|| "期限なし".to_owned(), |days| format!("{days}日"));
    format!("{}（{term}）：いま消去の対象 {}件、消去済み {}件", rule.topic, rule.due, rule.erased)
}
