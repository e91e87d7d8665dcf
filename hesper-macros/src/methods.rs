//! The methods of values, so that another one is answered in the language's words.

/// The methods, in alphabetical order; a test compares them with those of the recorder's values.
const METHODS: &[&str] = &[
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "clamp",
    "cos",
    "cosh",
    "count_ones",
    "count_zeros",
    "determinant",
    "exp",
    "exp2",
    "floor",
    "leading_ones",
    "leading_zeros",
    "ln",
    "log2",
    "max",
    "min",
    "mul_add",
    "powf",
    "powi",
    "reverse_bits",
    "rotate_left",
    "rotate_right",
    "round_ties_even",
    "select",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "to_bits",
    "to_degrees",
    "to_radians",
    "trailing_ones",
    "trailing_zeros",
    "transpose",
    "trunc",
    "wrapping_add",
    "wrapping_mul",
    "wrapping_sub",
];

/// Whether values have a method of this name.
pub(crate) fn is_known(name: &str) -> bool {
    METHODS.binary_search(&name).is_ok()
}

/// All methods.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().copied()
}

/// The method whose name is nearest, if one is near.
pub(crate) fn near(name: &str) -> Option<&'static str> {
    let distances = METHODS.iter().map(|known| (distance(name, known), *known));
    let nearest = distances.min_by_key(|(distance, _)| *distance)?;
    (nearest.0 <= 2 && 2 * nearest.0 < name.len()).then_some(nearest.1)
}

/// How many letters must be put in, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// What the macro and the comparisons of operators call.
    const OTHERS: &[&str] = &["at", "cast", "eq", "ge", "get", "gt", "le", "lt", "ne"];

    #[test]
    fn the_nearest_is_found() {
        assert_eq!(near("sqr"), Some("sqrt"));
        assert_eq!(near("arctangent"), None);
        assert_eq!(near("load"), None);
        assert_eq!(distance("exp", "exp2"), 1);
    }

    /// Methods written out, and rows of the tables that others are made of: `name Variant Bound;`.
    #[test]
    fn the_methods_are_those_of_values() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hesper-shader/src/record");
        let mut found = BTreeSet::new();
        for file in [
            "bits.rs",
            "exp.rs",
            "masks.rs",
            "matrix/functions.rs",
            "ops.rs",
        ] {
            let text = std::fs::read_to_string(folder.join(file)).unwrap();
            for line in text.lines().filter_map(|line| line.strip_prefix("    ")) {
                let words: Vec<&str> = line.split_whitespace().collect();
                let name = match words.as_slice() {
                    ["type" | "use", ..] => continue,
                    ["pub", "fn", name, ..] => name.split(['<', '(']).next().unwrap_or_default(),
                    [name, rest @ ..] if line.ends_with(';') && is_row(rest) => name,
                    _ => continue,
                };
                let small = name
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || c == b'_' || c.is_ascii_digit());
                if name.len() > 1 && small && !OTHERS.contains(&name) {
                    found.insert(name.to_string());
                }
            }
        }
        let known: BTreeSet<String> = METHODS.iter().map(|name| name.to_string()).collect();
        assert_eq!(known, found);
        assert!(METHODS.is_sorted());
    }

    fn is_row(rest: &[&str]) -> bool {
        !rest.is_empty() && rest.iter().all(|word| word.starts_with(char::is_uppercase))
    }
}
