//! `uketsuke facilities keys`: under which master key the match secrets stand.
//! An older key can go when nothing stands under it any more.

use uketsuke_core::facility::secret_match::count_by_key;

use crate::cli::staff::in_words;
use crate::compose::Parts;

/// Counts them.
///
/// # Errors
/// From the database.
pub fn run(parts: &Parts) -> anyhow::Result<()> {
    let counts = parts.db.read_blocking(|c| count_by_key(c, &parts.keyring)).map_err(in_words)?;
    for (id, count) in counts {
        match id.as_str() {
            "" if count > 0 => println!("設定にない鍵：{count}件（照合できません。鍵を設定に戻してください）"),
            "" => {}
            id => println!("{id}：{count}件"),
        }
    }
    Ok(())
}
