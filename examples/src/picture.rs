//! The table of certificates as a picture.

use hesper_ad::{Certificate, Finding, Verdict};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::error::Error;
use std::path::Path;

/// What the columns show: a check, and whether the exact one or that by numbers.
const COLUMNS: [(&str, &str, bool); 7] = [
    ("backward = VJP", "backward = VJP of forward", true),
    ("derived VJP", "backward = derived VJP", true),
    ("forward kernel", "forward kernel = spec", true),
    ("backward kernel", "backward kernel = spec", true),
    ("differences", "finite differences", false),
    ("forward, numbers", "forward kernel = spec", false),
    ("backward, numbers", "backward kernel = spec", false),
];

const LINE: i32 = 22;
const NAME: i32 = 190;
const CELL: i32 = 124;
const MARGIN: i32 = 12;

/// Draws a line for each op and a cell for each check to an SVG file.
///
/// # Errors
/// Where the file cannot be written.
pub fn draw(file: &Path, title: &str, certificates: &[Certificate]) -> Result<(), Box<dyn Error>> {
    let (columns, lines) = (COLUMNS.len() as i32, certificates.len() as i32);
    let size = (
        2 * MARGIN + NAME + columns * CELL,
        2 * MARGIN + (lines + 2) * LINE,
    );
    let area = SVGBackend::new(file, (size.0.unsigned_abs(), size.1.unsigned_abs()));
    let area = area.into_drawing_area();
    area.fill(&WHITE)?;
    let font = |size| ("sans-serif", size).into_text_style(&area);
    let left = |style: TextStyle<'static>| style.pos(Pos::new(HPos::Left, VPos::Center));
    let centre = |style: TextStyle<'static>| style.pos(Pos::new(HPos::Center, VPos::Center));
    let middle = |line: i32| MARGIN + line * LINE + LINE / 2;
    let text = |words: &str, at: (i32, i32), style: &TextStyle| area.draw_text(words, style, at);
    text(title, (MARGIN, middle(0)), &left(font(14)))?;
    for (column, (head, ..)) in (0..).zip(COLUMNS) {
        let x = MARGIN + NAME + column * CELL + CELL / 2;
        text(head, (x, middle(1)), &centre(font(12)))?;
    }
    for (line, certificate) in (2..).zip(certificates) {
        text(&certificate.op, (MARGIN, middle(line)), &left(font(13)))?;
        for (column, (_, check, exact)) in (0..).zip(COLUMNS) {
            let (words, colour) = cell(certificate, check, exact);
            let x = MARGIN + NAME + column * CELL;
            let y = MARGIN + line * LINE;
            let corners = [(x + 1, y + 1), (x + CELL - 1, y + LINE - 1)];
            area.draw(&Rectangle::new(corners, colour.filled()))?;
            text(&words, (x + CELL / 2, middle(line)), &centre(font(12)))?;
        }
    }
    area.present()?;
    Ok(())
}

/// What a cell says of all findings of a check, and its colour.
fn cell(certificate: &Certificate, check: &str, exact: bool) -> (String, RGBColor) {
    const GREEN: RGBColor = RGBColor(206, 236, 206);
    const YELLOW: RGBColor = RGBColor(250, 238, 190);
    const ROSE: RGBColor = RGBColor(246, 200, 200);
    let findings = certificate.checks.iter();
    let findings = findings.filter(|f| f.check == check && (f.place == "exact field") == exact);
    let findings: Vec<&Finding> = findings.collect();
    if let Some(other) = findings.iter().find(|f| !f.verdict.is_right()) {
        let colour = match other.verdict {
            Verdict::Inconclusive(_) => YELLOW,
            _ => ROSE,
        };
        return (other.verdict.word().to_string(), colour);
    }
    let exactness = findings.iter().find_map(|f| f.exact);
    let worst = findings
        .iter()
        .map(|f| f.worst / f.bound.max(f64::MIN_POSITIVE));
    let words = match (exactness.map(|e| e.bits), findings.is_empty()) {
        (_, true) => return ("–".to_string(), ROSE),
        (Some(Some(bits)), _) => format!("exact, ≤ 2^-{:.0}", bits.floor()),
        (Some(None), _) => "exact".to_string(),
        (None, _) => format!("{:.0e} of bound", worst.fold(0.0, f64::max)),
    };
    // Not a plain pass: badly conditioned points are among them.
    match findings.iter().any(|f| f.verdict != Verdict::Pass) {
        true => (format!("{words}, wide"), YELLOW),
        false => (words, GREEN),
    }
}
