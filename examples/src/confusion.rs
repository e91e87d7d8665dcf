//! Which digits are taken for which: counted, and drawn as SVG.

use crate::digits::CLASSES;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::fmt;
use std::path::Path;

/// How often each digit was taken for each: a row for each digit there is, a column for each that a model sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    counts: [[usize; CLASSES]; CLASSES],
}

/// A digit taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What it was.
    pub digit: usize,
    /// What it was taken for.
    pub taken_for: usize,
    /// How many times.
    pub times: usize,
}

impl Confusion {
    /// Counts the digits of labels, and what each is taken for: the class of the greatest in its row of scores.
    pub fn new(labels: &[u32], scores: &[f32]) -> Confusion {
        let mut confusion = Confusion::default();
        for (label, row) in labels.iter().zip(scores.chunks_exact(CLASSES)) {
            let digit = confusion.counts.get_mut(*label as usize);
            // Labels that are no digits have no row.
            if let Some(counts) = digit {
                counts[greatest(row)] += 1;
            }
        }
        confusion
    }

    /// The share of digits taken for what they are, 0 to 1; 0 where there are none.
    pub fn accuracy(&self) -> f32 {
        let total: usize = self.counts.iter().flatten().sum();
        let right: usize = (0..CLASSES).map(|digit| self.counts[digit][digit]).sum();
        right as f32 / total.max(1) as f32
    }

    /// The most frequent mistake, the first of equals; `None` where there is none.
    pub fn worst(&self) -> Option<Mistake> {
        let cells = (0..CLASSES * CLASSES).map(|i| (i / CLASSES, i % CLASSES));
        let mistakes = cells.filter_map(|(digit, taken_for)| {
            let times = self.counts[digit][taken_for];
            (digit != taken_for && times > 0).then_some(Mistake {
                digit,
                taken_for,
                times,
            })
        });
        // Of equals `max_by_key` gives the last.
        mistakes.rev().max_by_key(|mistake| mistake.times)
    }
}

/// The position of the greatest number; the first of equals.
fn greatest(row: &[f32]) -> usize {
    let mut best = 0;
    for (i, x) in row.iter().enumerate() {
        if *x > row[best] {
            best = i;
        }
    }
    best
}

impl fmt::Display for Mistake {
    /// `8 is taken for 1 (3 times)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mistake {
            digit, taken_for, ..
        } = self;
        write!(f, "{digit} is taken for {taken_for} ")?;
        match self.times {
            1 => write!(f, "(once)"),
            times => write!(f, "({times} times)"),
        }
    }
}

/// Side of a cell in pixels, and where the grid begins.
const CELL: i32 = 40;
const LEFT: i32 = 78;
const TOP: i32 = 100;

const RIGHT: RGBColor = RGBColor(31, 90, 160);
const WRONG: RGBColor = RGBColor(200, 50, 40);
const LINES: RGBColor = RGBColor(200, 200, 200);

/// Draws the matrix to an SVG file: what is right in blue, mistakes in red, the darker the greater their share of the row.
///
/// # Errors
/// Where the file cannot be written.
pub fn draw(file: &Path, title: &str, confusion: &Confusion) -> Result<(), Box<dyn Error>> {
    let side = CELL * CLASSES as i32;
    let size = ((LEFT + side + 24) as u32, (TOP + side + 24) as u32);
    let area = SVGBackend::new(file, size).into_drawing_area();
    area.fill(&WHITE)?;
    let text = |size: i32, color: &'static RGBColor| {
        let centered = Pos::new(HPos::Center, VPos::Center);
        let style = ("sans-serif", size).into_text_style(&area);
        style.color(color).pos(centered)
    };
    let middle = side / 2;
    area.draw_text(title, &text(18, &BLACK), (LEFT + middle, 24))?;
    let axis = text(15, &BLACK);
    area.draw_text("predicted digit", &axis, (LEFT + middle, TOP - 44))?;
    let upright = axis.transform(FontTransform::Rotate270);
    area.draw_text("true digit", &upright, (LEFT - 48, TOP + middle))?;
    for (digit, row) in (0..).zip(&confusion.counts) {
        let center = CELL * digit + CELL / 2;
        let label = digit.to_string();
        area.draw_text(&label, &text(15, &BLACK), (LEFT + center, TOP - 16))?;
        area.draw_text(&label, &text(15, &BLACK), (LEFT - 18, TOP + center))?;
        let total: usize = row.iter().sum();
        for (predicted, count) in (0..).zip(row) {
            let (x, y) = (LEFT + CELL * predicted, TOP + CELL * digit);
            let share = *count as f64 / total.max(1) as f64;
            let hue = if digit == predicted { RIGHT } else { WRONG };
            let cell = [(x, y), (x + CELL, y + CELL)];
            // The root lets single mistakes show.
            area.draw(&Rectangle::new(cell, hue.mix(share.sqrt()).filled()))?;
            area.draw(&Rectangle::new(cell, LINES))?;
            if *count > 0 {
                let color = if share > 0.5 { &WHITE } else { &BLACK };
                let middle = (x + CELL / 2, y + CELL / 2);
                area.draw_text(&count.to_string(), &text(15, color), middle)?;
            }
        }
    }
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matrix of pairs of a digit and what it is taken for.
    fn counted<const N: usize>(pairs: [(u32, usize); N]) -> Confusion {
        let score = |(_, predicted): &(u32, usize)| -> [f32; CLASSES] {
            std::array::from_fn(|class| if class == *predicted { 0.5 } else { -1.0 })
        };
        let scores: Vec<f32> = pairs.iter().flat_map(score).collect();
        Confusion::new(&pairs.map(|(label, _)| label), &scores)
    }

    fn worst(confusion: &Confusion) -> String {
        confusion
            .worst()
            .map_or_else(String::new, |m| m.to_string())
    }

    #[test]
    fn digits_are_counted_by_what_they_are_taken_for() {
        let confusion = counted([(8, 1), (3, 3), (8, 8), (8, 1), (1, 8), (9, 9)]);
        assert_eq!(confusion.counts[8], [0, 2, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(confusion.counts[1], [0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(confusion.accuracy(), 0.5);
        assert_eq!(worst(&confusion), "8 is taken for 1 (2 times)");
    }

    #[test]
    fn the_first_of_equals_counts() {
        assert_eq!(Confusion::new(&[4], &[0.0; CLASSES]), counted([(4, 0)]));
        assert_eq!(worst(&counted([(7, 2), (2, 7)])), "2 is taken for 7 (once)");
    }

    #[test]
    fn without_mistakes_none_is_named() {
        let right = counted([(4, 4)]);
        assert_eq!((right.worst(), right.accuracy()), (None, 1.0));
        assert_eq!(Confusion::default().accuracy(), 0.0);
    }
}
