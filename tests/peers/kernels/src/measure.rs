//! Programs that compute the same, checked and then timed in turns.

use crate::Failure;
use std::time::Instant;

/// Timed runs of each program, of which the median counts.
const RUNS: usize = 15;

/// One way to compute a task's result.
pub(crate) struct Program<'a> {
    pub(crate) name: &'static str,
    /// Runs once and returns when the device is done.
    pub(crate) run: Box<dyn FnMut() -> Result<(), Failure> + 'a>,
    /// The result of the last run.
    pub(crate) result: Box<dyn Fn() -> Result<Vec<f32>, Failure> + 'a>,
}

/// What is computed, and by whom. The first program is Hesper, the others are compared with it.
pub(crate) struct Task<'a> {
    pub(crate) name: String,
    pub(crate) programs: Vec<Program<'a>>,
    pub(crate) expected: Vec<f32>,
    /// How far a result may be from what is expected, in parts of 1 + its size.
    pub(crate) tolerance: f32,
    /// Runs that one figure is the time of: what is launched is too short by itself.
    pub(crate) repeat: usize,
}

impl Task<'_> {
    /// Runs every program once and compares, then times them in turns and prints a line.
    pub(crate) fn measure(mut self) -> Result<(), Failure> {
        for program in &mut self.programs {
            (program.run)()?;
            let result = (program.result)()?;
            compare(&result, &self.expected, self.tolerance)
                .map_err(|reason| format!("{}, {}: {reason}", self.name, program.name))?;
        }
        let mut times = vec![Vec::new(); self.programs.len()];
        for _ in 0..RUNS {
            for (program, times) in self.programs.iter_mut().zip(&mut times) {
                let start = Instant::now();
                (program.run)()?;
                times.push(start.elapsed().as_secs_f64());
            }
        }
        print!("| {} ", self.name);
        let ours = times.first().cloned().unwrap_or_default();
        for (i, (program, theirs)) in self.programs.iter().zip(times).enumerate() {
            // What disturbs a turn disturbs all programs in it, so ratios are taken within turns.
            let ratios = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs);
            let ratio = median(ratios.collect());
            let each = median(theirs) / self.repeat as f64;
            print!("| {}: {} ", program.name, seconds(each));
            if i > 0 {
                print!("({ratio:.2}) ");
            }
        }
        println!("|");
        Ok(())
    }
}

fn seconds(time: f64) -> String {
    match time {
        t if t < 1e-3 => format!("{:.1} µs", t * 1e6),
        t => format!("{:.1} ms", t * 1e3),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn compare(result: &[f32], expected: &[f32], tolerance: f32) -> Result<(), String> {
    if result.len() != expected.len() {
        return Err(format!("{} numbers, not {}", result.len(), expected.len()));
    }
    for (i, (got, want)) in result.iter().zip(expected).enumerate() {
        // Not `>`: a NaN is wrong too.
        if !((got - want).abs() <= tolerance * (1.0 + want.abs())) {
            return Err(format!("number {i} is {got}, not {want}"));
        }
    }
    Ok(())
}
