//! Text as numbers of characters.

use hesper_ad::Rng;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A character that is rarer than this in the text to learn from is taken for any other such.
const COMMON: usize = 100;

/// What a rare character is shown as.
const RARE: char = '¤';

/// Text to learn from and text held out, each character a number; 0 stands for all that are rare.
#[derive(Clone, Debug)]
pub struct Text {
    characters: Vec<char>,
    /// The first nine tenths of each file.
    pub train: Vec<u32>,
    /// The last tenth of each file.
    pub held_out: Vec<u32>,
}

impl Text {
    /// The text of these files, one after the other.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn read(files: &[PathBuf]) -> Result<Text, (PathBuf, io::Error)> {
        let read = |file: &PathBuf| fs::read_to_string(file).map_err(|error| (file.clone(), error));
        let texts = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(Text::new(&texts))
    }

    /// The text of files.
    pub fn new(files: &[String]) -> Text {
        let (mut train, mut held_out) = (Vec::new(), Vec::new());
        for file in files {
            let mut all: Vec<char> = file.chars().collect();
            held_out.extend(all.split_off(all.len() - all.len() / 10));
            train.extend(all);
        }
        let mut counts = BTreeMap::new();
        train
            .iter()
            .for_each(|c| *counts.entry(*c).or_insert(0) += 1);
        let common = counts.into_iter().filter(|(_, count)| *count >= COMMON);
        let characters: Vec<char> = [RARE].into_iter().chain(common.map(|(c, _)| c)).collect();
        let number = |c: &char| characters.iter().position(|other| other == c).unwrap_or(0) as u32;
        Text {
            train: train.iter().map(number).collect(),
            held_out: held_out.iter().map(number).collect(),
            characters,
        }
    }

    /// The Markdown files of these folders and these files themselves, in order of their names.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub fn markdown(places: &[&Path]) -> Result<Vec<PathBuf>, (PathBuf, io::Error)> {
        let mut files = Vec::new();
        for place in places {
            if place.is_file() {
                files.push(place.to_path_buf());
                continue;
            }
            let entries =
                fs::read_dir(place).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
            let entries = entries.map_err(|error| (place.to_path_buf(), error))?;
            files.extend(entries.into_iter().map(|entry| entry.path()));
        }
        files.retain(|file| file.extension().is_some_and(|end| end == "md"));
        files.sort();
        Ok(files)
    }

    /// How many different numbers there are.
    pub fn vocab(&self) -> usize {
        self.characters.len()
    }

    /// The characters of these numbers.
    pub fn shown(&self, numbers: &[u32]) -> String {
        let shown = |n: &u32| self.characters.get(*n as usize).unwrap_or(&RARE);
        numbers.iter().map(shown).collect()
    }

    /// Sequences drawn from the text to learn from, and the successors of their characters; none where it is no longer than a sequence.
    pub fn draw(&self, sequences: usize, rows: usize, rng: &mut Rng) -> Option<[Vec<u32>; 2]> {
        let starts = self
            .train
            .len()
            .checked_sub(rows)
            .filter(|starts| *starts > 0)?;
        let (mut ids, mut labels) = (Vec::new(), Vec::new());
        for _ in 0..sequences {
            let start = rng.below(starts);
            ids.extend_from_slice(&self.train[start..start + rows]);
            labels.extend_from_slice(&self.train[start + 1..start + rows + 1]);
        }
        Some([ids, labels])
    }
}

/// The bits for each character of `held_out`, but the first, that a bigram model takes, which knows the character before alone: successors as often as in `train`, each
/// seen a tenth of a time more, so that none is impossible.
pub fn bigram(vocab: usize, train: &[u32], held_out: &[u32]) -> f64 {
    let mut counts = vec![0.1; vocab * vocab];
    let at = |pair: &[u32]| pair[0] as usize * vocab + pair[1] as usize;
    train.windows(2).for_each(|pair| counts[at(pair)] += 1.0);
    let bits = held_out.windows(2).map(|pair| {
        let first = pair[0] as usize * vocab;
        let all: f64 = counts[first..first + vocab].iter().sum();
        -(counts[at(pair)] / all).log2()
    });
    bits.sum::<f64>() / held_out.len().saturating_sub(1).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_numbered_and_split() {
        let text = Text::new(&["ab".repeat(500), "c".repeat(10)]);
        // `c` is rare.
        assert_eq!(
            (text.vocab(), text.shown(&[0, 1, 2])),
            (3, "¤ab".to_string())
        );
        assert_eq!((text.train.len(), text.held_out.len()), (909, 101));
        assert_eq!(text.shown(&text.held_out[98..]), "ab¤");
        let [ids, labels] = text.draw(3, 8, &mut Rng::new(1)).unwrap();
        assert_eq!((ids.len(), &ids[1..8]), (24, &labels[..7]));
        assert!(text.draw(1, 909, &mut Rng::new(1)).is_none());
    }

    #[test]
    fn a_bigram_model_knows_the_character_before() {
        // Of 1 follows 2 always: 99 of 99.3 counts; of 2 follows 1 in 98 of 98.3.
        let text: Vec<u32> = [1, 2].repeat(99);
        let bits = -((99.1f64 / 99.3).log2() + (98.1f64 / 98.3).log2()) / 2.0;
        assert!((bigram(3, &text, &[1, 2, 1]) - bits).abs() < 1e-12);
    }
}
