//! What of a form may be kept while its sender logs in again: everything but
//! secrets.

use crate::error::Result;
use crate::fold::contains_personal_number;

/// Fields whose name holds one of these are never kept: passwords, tokens,
/// codes, and what facilities are matched by.
const NEVER: [&str; 9] = ["password", "secret", "csrf", "token", "code", "current", "account_number", "birth", "born"];

/// Longest form kept, bytes of JSON.
const MAX_BYTES: usize = 32 * 1024;

/// The form as JSON without what must not be kept; nothing when nothing is left,
/// or too much.
pub(crate) fn keepable(fields: &[(String, String)]) -> Result<Option<String>> {
    let fields: Vec<&(String, String)> = fields.iter().filter(|(name, value)| may_keep(name, value)).collect();
    let json = serde_json::to_string(&fields)?;
    Ok((!fields.is_empty() && json.len() <= MAX_BYTES).then_some(json))
}

fn may_keep(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !NEVER.iter().any(|never| name.contains(never)) && !contains_personal_number(value) && !value.contains('\0')
}
