//! Amounts as people read them. Everywhere inside they are whole yen.

/// 「41,000円」
pub fn shown(yen: i64) -> String {
    let digits = yen.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3 + 4);
    if yen < 0 {
        grouped.push('-');
    }
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push('円');
    grouped
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn digits_stand_in_threes() {
        for (yen, text) in [
            (0, "0円"),
            (999, "999円"),
            (1_000, "1,000円"),
            (41_000, "41,000円"),
            (-1_234_567, "-1,234,567円"),
            (9_999_999_999, "9,999,999,999円"),
        ] {
            assert_eq!(shown(yen), text);
        }
    }
}
