//! Reads `digits.csv`: 64 pixels and a label on each line.

use hesper_ad::Rng;
use std::fmt;
use std::path::{Path, PathBuf};

/// Pixels of an image.
pub const PIXELS: usize = 64;
/// Kinds of digits.
pub const CLASSES: usize = 10;
/// One image in this many is held out.
const HELD_OUT: usize = 5;
/// The brightest pixel.
const BRIGHTEST: u32 = 16;

/// Images with their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Digits {
    /// [`PIXELS`] values in 0..=1 for each image.
    pub pixels: Vec<f32>,
    /// A class below [`CLASSES`] for each image.
    pub labels: Vec<u32>,
}

/// A data file that cannot be used: which file, where in it, and what is wrong.
#[derive(Debug)]
pub struct DataError {
    file: PathBuf,
    /// Line and column, both from 1; `None` where the whole file is meant.
    at: Option<(usize, usize)>,
    problem: String,
}

impl Digits {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, is empty, or a line is not 64 pixels and a label.
    pub fn read(file: &Path) -> Result<Digits, DataError> {
        let whole = |problem| DataError {
            file: file.to_path_buf(),
            at: None,
            problem,
        };
        let text =
            std::fs::read_to_string(file).map_err(|e| whole(format!("cannot be read: {e}")))?;
        Digits::parse(&text).map_err(|(at, problem)| DataError {
            file: file.to_path_buf(),
            at,
            problem,
        })
    }

    fn parse(text: &str) -> Result<Digits, (Option<(usize, usize)>, String)> {
        let mut digits = Digits::default();
        for (number, line) in text.lines().enumerate() {
            let at = |column: usize| Some((number + 1, column));
            let mut column = 1;
            let mut values = Vec::with_capacity(PIXELS + 1);
            for field in line.split(',') {
                let highest = if values.len() < PIXELS {
                    BRIGHTEST
                } else {
                    CLASSES as u32 - 1
                };
                let value = parse_field(field, highest).map_err(|problem| (at(column), problem))?;
                values.push(value);
                if values.len() > PIXELS + 1 {
                    return Err((
                        at(column),
                        format!("more than {} values on the line", PIXELS + 1),
                    ));
                }
                column += field.chars().count() + 1;
            }
            if values.len() < PIXELS + 1 {
                let problem = format!(
                    "{} values on the line, {} are needed: 64 pixels and a label",
                    values.len(),
                    PIXELS + 1
                );
                return Err((at(column - 1), problem));
            }
            let label = values.pop().unwrap_or_default();
            digits
                .pixels
                .extend(values.into_iter().map(|v| v as f32 / BRIGHTEST as f32));
            digits.labels.push(label);
        }
        if digits.labels.is_empty() {
            return Err((None, "holds no images".to_string()));
        }
        if digits.len() < HELD_OUT {
            let problem = format!(
                "holds {} images; at least {HELD_OUT} are needed to hold one out",
                digits.len()
            );
            return Err((None, problem));
        }
        Ok(digits)
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Puts the images in a random order: every order is as likely.
    pub fn shuffle(&mut self, rng: &mut Rng) {
        for i in (1..self.len()).rev() {
            let j = rng.below(i + 1);
            self.labels.swap(i, j);
            for pixel in 0..PIXELS {
                self.pixels.swap(i * PIXELS + pixel, j * PIXELS + pixel);
            }
        }
    }

    /// The images to train on and those held out: every fifth, from the fifth on.
    pub fn split(&self) -> (Digits, Digits) {
        let (mut train, mut held_out) = (Digits::default(), Digits::default());
        for (i, (image, label)) in self
            .pixels
            .chunks_exact(PIXELS)
            .zip(&self.labels)
            .enumerate()
        {
            let part = if i % HELD_OUT == HELD_OUT - 1 {
                &mut held_out
            } else {
                &mut train
            };
            part.pixels.extend_from_slice(image);
            part.labels.push(*label);
        }
        (train, held_out)
    }
}

fn parse_field(field: &str, highest: u32) -> Result<u32, String> {
    match field.trim().parse::<u32>() {
        Ok(value) if value <= highest => Ok(value),
        Ok(value) => Err(format!(
            "{value} is out of range: 0 to {highest} is expected here"
        )),
        Err(_) if field.trim().is_empty() => Err("a value is missing".to_string()),
        Err(_) => Err(format!("`{}` is not a whole number", field.trim())),
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for DataError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(label: &str) -> String {
        format!("{}{label}", "7,".repeat(PIXELS))
    }

    #[test]
    fn malformed_files_name_line_and_column() {
        let good = line("3");
        for (text, at, problem) in [
            (String::new(), None, "no images"),
            (good.clone(), None, "holds 1 images; at least 5 are needed"),
            (
                format!("{good}\n{}", "1,".repeat(20)),
                Some((2, 41)),
                "value is missing",
            ),
            (
                format!("{good}\n1,2,3"),
                Some((2, 6)),
                "3 values on the line",
            ),
            (
                format!("{good}\n1,x,3"),
                Some((2, 3)),
                "`x` is not a whole number",
            ),
            (line("10"), Some((1, 129)), "10 is out of range: 0 to 9"),
            (
                format!("17,{good}"),
                Some((1, 1)),
                "17 is out of range: 0 to 16",
            ),
            (format!("{good},1"), Some((1, 131)), "more than 65"),
            (
                format!("{good}\n\n{good}"),
                Some((2, 1)),
                "value is missing",
            ),
        ] {
            let error = Digits::parse(&text).unwrap_err();
            assert_eq!(error.0, at, "{text:?}: {}", error.1);
            assert!(error.1.contains(problem), "{text:?}: {}", error.1);
        }
    }

    #[test]
    fn shuffling_keeps_each_image_with_its_label() {
        let mut digits = Digits {
            pixels: (0..9 * PIXELS).map(|i| (i / PIXELS) as f32).collect(),
            labels: (0..9).collect(),
        };
        digits.shuffle(&mut Rng::new(1));
        assert!(!digits.labels.is_sorted(), "{:?}", digits.labels);
        for (image, label) in digits.pixels.chunks(PIXELS).zip(&digits.labels) {
            assert_eq!(image, [*label as f32; PIXELS]);
        }
        digits.labels.sort_unstable();
        assert!(digits.labels.into_iter().eq(0..9));
    }

    #[test]
    fn the_shipped_file_is_read_and_split() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/digits.csv");
        let digits = Digits::read(&file).unwrap();
        assert_eq!((digits.len(), digits.pixels.len()), (1797, 1797 * PIXELS));
        let (train, held_out) = digits.split();
        assert_eq!((train.len(), held_out.len()), (1438, 359));
        let missing = Digits::read(Path::new("no/such/file.csv"))
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("no/such/file.csv: cannot be read"),
            "{missing}"
        );
    }
}
