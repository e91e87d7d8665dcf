//! The curve of a training run as SVG.

use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const LOSS: RGBColor = RGBColor(31, 90, 160);
const ACCURACY: RGBColor = RGBColor(200, 50, 40);
const GRID: RGBColor = RGBColor(210, 210, 210);

/// One epoch of a training run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// Mean loss on the training images.
    pub loss: f32,
    /// Share of held-out images classified rightly, 0 to 1.
    pub accuracy: f32,
}

/// Draws loss and held-out accuracy over epochs to an SVG file.
///
/// # Errors
/// Where the file cannot be written or there is nothing to draw.
pub fn draw(file: &Path, title: &str, epochs: &[Epoch]) -> Result<(), Box<dyn Error>> {
    let highest = epochs.iter().map(|e| e.loss).fold(0.0_f32, f32::max);
    if epochs.is_empty() || !highest.is_finite() {
        return Err("there is no finite loss to draw".into());
    }
    // Accuracies lie near the top; the axis starts at the tens below the lowest.
    let lowest = epochs.iter().map(|e| e.accuracy).fold(1.0, f32::min);
    let accuracies = (lowest * 10.0).floor().min(9.0) * 10.0..100.0;
    let area = SVGBackend::new(file, (760, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(38)
        .y_label_area_size(52)
        .right_y_label_area_size(52)
        .build_cartesian_2d(1..epochs.len().max(2), 0.0..highest * 1.05)?
        .set_secondary_coord(1..epochs.len().max(2), accuracies);
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc("mean training loss (nats)")
        .bold_line_style(GRID)
        .light_line_style(WHITE)
        .draw()?;
    chart
        .configure_secondary_axes()
        .y_desc("held-out accuracy (%)")
        .y_label_formatter(&|accuracy| format!("{accuracy:.0}"))
        .draw()?;
    let points = |value: fn(&Epoch) -> f32| (1..).zip(epochs.iter().map(value));
    let series = |points, color: RGBColor| {
        LineSeries::new(points, color.filled().stroke_width(2)).point_size(2)
    };
    let key = |color: RGBColor| {
        move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2))
    };
    chart
        .draw_series(series(points(|e| e.loss), LOSS))?
        .label("loss")
        .legend(key(LOSS));
    chart
        .draw_secondary_series(series(points(|e| e.accuracy * 100.0), ACCURACY))?
        .label("accuracy")
        .legend(key(ACCURACY));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE)
        .border_style(GRID)
        .draw()?;
    area.present()?;
    Ok(())
}

/// A line of a [`lines`] chart: its name, and a value for each step listed.
pub type Line<'l> = (&'l str, Vec<(u32, f32)>);

/// Draws two lines over steps to an SVG file.
///
/// # Errors
/// Where the file cannot be written or there is nothing to draw.
pub fn lines(
    file: &Path,
    title: &str,
    value: &str,
    lines: [Line<'_>; 2],
) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|(_, points)| points.iter());
    let last = points().map(|(step, _)| *step).max();
    let highest = points().map(|(_, y)| *y).fold(0.0_f32, f32::max);
    let Some(last) = last.filter(|_| highest.is_finite() && highest > 0.0) else {
        return Err("there are no finite numbers to draw".into());
    };
    let area = SVGBackend::new(file, (760, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(38)
        .y_label_area_size(52)
        .build_cartesian_2d(0..last, 0.0..highest * 1.05)?;
    chart
        .configure_mesh()
        .x_desc("step")
        .y_desc(value)
        .bold_line_style(GRID)
        .light_line_style(WHITE)
        .draw()?;
    for ((name, points), color) in lines.iter().zip([LOSS, ACCURACY]) {
        let style = color.filled().stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style).point_size(2))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE)
        .border_style(GRID)
        .draw()?;
    area.present()?;
    Ok(())
}
