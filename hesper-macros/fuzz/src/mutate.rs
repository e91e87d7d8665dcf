//! Inputs, and smaller ones.

use crate::corpus::Corpus;
use crate::random::Random;
use crate::tokens::Token;
use proc_macro2::Delimiter;

/// An input: mostly a kernel with a few changes, sometimes words alone.
pub(crate) fn input(corpus: &Corpus, random: &mut Random) -> Vec<Token> {
    let mut tokens = match random.below(8) {
        0 => words(corpus, random, 40),
        1 => inside(corpus, random),
        _ => corpus.kernels[random.below(corpus.kernels.len())].clone(),
    };
    for _ in 0..random.below(6) {
        change(&mut tokens, corpus, random);
    }
    if random.below(8) == 0 {
        tokens.extend(random.of(&corpus.kernels).into_iter().flatten().cloned());
    }
    tokens
}

fn words(corpus: &Corpus, random: &mut Random, most: usize) -> Vec<Token> {
    let count = random.below(most);
    (0..count)
        .flat_map(|_| random.of(&corpus.words).cloned().unwrap_or_default())
        .collect()
}

/// Words as the body of a kernel.
fn inside(corpus: &Corpus, random: &mut Random) -> Vec<Token> {
    let mut tokens = corpus.kernels[random.below(corpus.kernels.len())].clone();
    let body = tokens
        .iter()
        .rposition(|token| matches!(token, Token::Open(Delimiter::Brace)));
    tokens.truncate(body.map_or(0, |at| at + 1));
    tokens.extend(words(corpus, random, 30));
    tokens
}

fn change(tokens: &mut Vec<Token>, corpus: &Corpus, random: &mut Random) {
    let at = random.below(tokens.len() + 1);
    let end = (at + 1 + random.below(4)).min(tokens.len());
    let at = at.min(end);
    match random.below(8) {
        0 => drop(tokens.drain(at..end)),
        1 => {
            let again: Vec<Token> = tokens[at..end].to_vec();
            tokens.splice(at..at, again);
        }
        2 => {
            let other = random.below(tokens.len().max(1));
            if at < tokens.len() {
                tokens.swap(at, other);
            }
        }
        3 | 4 => drop(tokens.splice(
            at..end,
            random.of(&corpus.words).cloned().unwrap_or_default(),
        )),
        5 => drop(tokens.splice(
            at..at,
            random.of(&corpus.words).cloned().unwrap_or_default(),
        )),
        6 => {
            // A part of another kernel.
            let other = &corpus.kernels[random.below(corpus.kernels.len())];
            let start = random.below(other.len());
            let part = other[start..(start + random.below(20)).min(other.len())].to_vec();
            tokens.splice(at..end, part);
        }
        _ => {
            // A name for another of the same kernel.
            let from = random.below(tokens.len().max(1));
            if let (Some(Token::Leaf(leaf)), true) = (tokens.get(from).cloned(), at < tokens.len())
                && matches!(tokens[at], Token::Leaf(_))
            {
                tokens[at] = Token::Leaf(leaf);
            }
        }
    }
}

/// Fewer tokens of which the same holds.
pub(crate) fn shrink(mut tokens: Vec<Token>, holds: impl Fn(&[Token]) -> bool) -> Vec<Token> {
    let mut size = tokens.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < tokens.len() {
            let mut fewer = tokens.clone();
            fewer.drain(at..(at + size).min(tokens.len()));
            match holds(&fewer) {
                true => tokens = fewer,
                false => at += size,
            }
        }
        size /= 2;
    }
    tokens
}
