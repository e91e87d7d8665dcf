//! Sizes that follow from others.

use std::fmt;

/// A size that follows from those of dimensions: `(n+2-k)/2+1`, `classes+1`, `2*half`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Derived {
    /// A dimension.
    Dim(String),
    /// A number.
    Count(usize),
    /// Two of these and what is done with them: `+`, `-`, `*` or `/`.
    Of(Box<Derived>, char, Box<Derived>),
}

impl Derived {
    /// Reads names, numbers, `+ - * /` and parentheses, without spaces; none where the text is something else.
    pub(crate) fn parse(text: &str) -> Option<Derived> {
        let mut rest = text;
        let derived = sum(&mut rest)?;
        rest.is_empty().then_some(derived)
    }

    /// The size where those of dimensions are known; a quotient is rounded down. None where it would be negative, or too large, or is divided by 0.
    pub(crate) fn size(&self, sizes: &impl Fn(&str) -> Option<usize>) -> Option<usize> {
        match self {
            Derived::Dim(name) => sizes(name),
            Derived::Count(n) => Some(*n),
            Derived::Of(a, operator, b) => {
                let (a, b) = (a.size(sizes)?, b.size(sizes)?);
                match operator {
                    '+' => a.checked_add(b),
                    '-' => a.checked_sub(b),
                    '*' => a.checked_mul(b),
                    _ => a.checked_div(b),
                }
            }
        }
    }

    /// The same of other dimensions; none where one of them has no other.
    pub(crate) fn renamed(&self, other: &impl Fn(&str) -> Option<Derived>) -> Option<Derived> {
        Some(match self {
            Derived::Dim(name) => other(name)?,
            Derived::Count(n) => Derived::Count(*n),
            Derived::Of(a, operator, b) => {
                let (a, b) = (a.renamed(other)?, b.renamed(other)?);
                Derived::Of(Box::new(a), *operator, Box::new(b))
            }
        })
    }

    /// How strongly its parts belong together.
    fn level(&self) -> usize {
        match self {
            Derived::Of(_, '+' | '-', _) => 0,
            Derived::Of(..) => 1,
            Derived::Dim(_) | Derived::Count(_) => 2,
        }
    }
}

/// The dimensions that a size follows from, in the order in which it names them.
pub(crate) fn names(dim: &str) -> impl Iterator<Item = &str> {
    let words = dim.split(|c: char| !is_word(c));
    words.filter(|word| word.starts_with(|c: char| !c.is_ascii_digit()))
}

/// What names are made of; those within graphs have dots.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}

fn sum(rest: &mut &str) -> Option<Derived> {
    chain(rest, ['+', '-'], product)
}

fn product(rest: &mut &str) -> Option<Derived> {
    chain(rest, ['*', '/'], part)
}

/// Parts with one of two operators between them, taken together from the left.
fn chain(
    rest: &mut &str,
    operators: [char; 2],
    part: impl Fn(&mut &str) -> Option<Derived>,
) -> Option<Derived> {
    let mut all = part(rest)?;
    while let Some(operator) = rest.chars().next().filter(|c| operators.contains(c)) {
        *rest = &rest[1..];
        all = Derived::Of(Box::new(all), operator, Box::new(part(rest)?));
    }
    Some(all)
}

/// A name, a number, or a size in parentheses.
fn part(rest: &mut &str) -> Option<Derived> {
    if let Some(inner) = rest.strip_prefix('(') {
        *rest = inner;
        let derived = sum(rest)?;
        *rest = rest.strip_prefix(')')?;
        return Some(derived);
    }
    let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    *rest = after;
    match word.chars().next()? {
        '0'..='9' => word.parse().ok().map(Derived::Count),
        _ => Some(Derived::Dim(word.to_string())),
    }
}

impl fmt::Display for Derived {
    /// `(n+2-k)/2+1`, with no more parentheses than needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (a, operator, b) = match self {
            Derived::Dim(name) => return write!(f, "{name}"),
            Derived::Count(n) => return write!(f, "{n}"),
            Derived::Of(a, operator, b) => (a, operator, b),
        };
        let grouped = |part: &Derived, inner: bool| match inner {
            true => format!("({part})"),
            false => part.to_string(),
        };
        let left = grouped(a, a.level() < self.level());
        let right = grouped(b, b.level() <= self.level());
        write!(f, "{left}{operator}{right}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_follow_from_others() {
        let sizes = |name: &str| match name {
            "n" => Some(7),
            "k" => Some(3),
            "conv.out" => Some(5),
            _ => None,
        };
        for (text, size) in [
            ("n", Some(7)),
            ("2*n", Some(14)),
            ("n+1", Some(8)),
            ("(n+2-k)/2+1", Some(4)),
            ("n-k-3", Some(1)),
            ("n-(k-3)", Some(7)),
            ("n/2*k", Some(9)),
            ("k-n", None),
            ("n/(k-3)", None),
            ("n*18446744073709551615", None),
            ("conv.out+k", Some(8)),
            ("m", None),
            ("4294967296", Some(1 << 32)),
        ] {
            let derived = Derived::parse(text).unwrap();
            assert_eq!(derived.size(&sizes), size, "{text}");
            assert_eq!(derived.to_string(), text);
        }
        for text in [
            "",
            "n+",
            "+n",
            "2n",
            "2 * n",
            "(n",
            "n)",
            "n//2",
            "99999999999999999999*n",
        ] {
            assert_eq!(Derived::parse(text), None, "{text}");
        }
        assert_eq!(
            names("(n+2*pad-k)/2").collect::<Vec<_>>(),
            ["n", "pad", "k"]
        );
    }

    #[test]
    fn parts_are_renamed() {
        let derived = Derived::parse("(n-k)/2").unwrap();
        let other = |name: &str| (name == "n").then(|| Derived::parse("a*b+1"))?;
        assert_eq!(derived.renamed(&other), None);
        let other = |name: &str| Derived::parse(if name == "n" { "a*b+1" } else { "3*c" });
        assert_eq!(
            derived
                .renamed(&other)
                .map(|d| d.to_string())
                .unwrap_or_default(),
            "(a*b+1-3*c)/2"
        );
    }
}
