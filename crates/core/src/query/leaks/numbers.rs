//! Numbers for people, in the format of `lib/format/numbers.js`.

const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];

/// 1234567 → `1.2 MB`: one decimal below 100, none above, powers of 1000.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    let digits = |value: f64, unit: usize| usize::from(unit > 0 && value < 99.95);
    let rounded =
        |value: f64, unit: usize| if digits(value, unit) == 1 { (value * 10.0).round() / 10.0 } else { value.round() };
    // Compared after rounding, so that 999,999 bytes read `1.0 MB` and not `1000 kB`.
    while rounded(value, unit) >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{:.*} {}", digits(value, unit), value, UNITS[unit])
}

/// 1234567 → `1,234,567`.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 object`, `2 objects`.
pub(crate) fn objects(number: u64) -> String {
    let noun = if number == 1 { "object" } else { "objects" };
    format!("{} {noun}", count(number))
}

/// `a, then b, then c`
pub(crate) fn sequence(numbers: impl Iterator<Item = String>) -> String {
    numbers.collect::<Vec<_>>().join(", then ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_are_formatted_as_in_javascript() {
        let texts = [0, 999, 1000, 99_949, 99_950, 999_499, 999_500, 1_234_567].map(bytes);
        assert_eq!(texts, ["0 B", "999 B", "1.0 kB", "99.9 kB", "100 kB", "999 kB", "1.0 MB", "1.2 MB"]);
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!((objects(1), objects(2)), ("1 object".to_owned(), "2 objects".to_owned()));
    }
}
