//! The account that pays, as an installation is configured.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::AccountType;
use super::kana;

/// The account that pays: who, from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// 委託者コード, ten digits, as the bank gave it.
    pub code: String,
    /// 委託者名 in half-width kana.
    pub name: String,
    /// 金融機関コード, four digits.
    pub bank: String,
    /// 店番, three digits.
    pub branch: String,
    /// 預金種目.
    pub account_type: AccountType,
    /// 口座番号, seven digits.
    pub number: String,
}

/// How long 委託者名 may be, half-width letters.
const NAME_MAX: usize = 40;

impl FromStr for Payer {
    type Err = String;

    /// Reads `code,name,bank,branch,ordinary|current,number`.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').map(str::trim).collect();
        let &[code, name, bank, branch, kind, number] = parts.as_slice() else {
            return Err("must be code,name,bank,branch,ordinary|current,number".to_owned());
        };
        for (what, text, want) in [("code", code, 10), ("bank", bank, 4), ("branch", branch, 3), ("number", number, 7)]
        {
            if text.len() != want || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(format!("{what} must have {want} digits"));
            }
        }
        let name = kana::fold(name).map_err(|fault| fault.to_string())?;
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(format!("name must have 1 to {NAME_MAX} half-width letters"));
        }
        let account_type = AccountType::parse(kind).ok_or("the type must be ordinary or current")?;
        let [code, bank, branch, number] = [code, bank, branch, number].map(str::to_owned);
        Ok(Self { code, name, bank, branch, account_type, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_is_read_with_its_name_folded() {
        let payer: Payer = "0012345678, じょせいきん しはらい, 0001, 035, ordinary, 0123456".parse().expect("reads");
        assert_eq!(payer.name, "ｼﾞﾖｾｲｷﾝ ｼﾊﾗｲ");
        assert_eq!((payer.bank.as_str(), payer.number.as_str()), ("0001", "0123456"));
        for bad in ["", "1,a,0001,035,ordinary,0123456", "0012345678,支払,0001,035,ordinary,0123456"] {
            assert!(bad.parse::<Payer>().is_err(), "{bad}");
        }
    }
}
