//! How a rate changes over the steps of a run.

use super::error::ModelError;
use std::f64::consts::PI;

/// The rate of each step: a plain function of its number. Whatever else an optimiser is given may follow one as well, a momentum say.
///
/// Steps are counted as [`Settings::step`](crate::ops::adamw::Settings::step) does, the first is 1, and `s` is how many have gone before that were not for
/// warming up. Rates have the unit of the optimiser's `lr`; sizes are in steps.
///
/// | | rate | as in `torch.optim.lr_scheduler` |
/// |---|---|---|
/// | [`constant`](Schedule::constant) | `rate` | |
/// | [`linear`](Schedule::linear) | `from + (to − from)·min(s/steps, 1)` | `LinearLR`, and with a warm-up Hugging Face's `get_linear_schedule_with_warmup` |
/// | [`cosine`](Schedule::cosine) | `to + (from − to)·(1 + cos(π·min(s/steps, 1)))/2` | `CosineAnnealingLR`, which rises again after `steps`; Loshchilov and Hutter, "SGDR" (2017), equation 5, without restarts |
/// | [`stairs`](Schedule::stairs) | `from·factor^⌊s/every⌋` | `StepLR` |
/// | [`exponential`](Schedule::exponential) | `from·factor^s` | `ExponentialLR` |
///
/// A [warm-up](Schedule::after) of `w` steps goes before: at its step `t` the rate is `t/w` of the first one, which its last step has in full.
///
/// ```
/// use hesper_ad::model::Schedule;
/// // 20 steps up to 3e-3, then 980 along half a cosine to a twentieth of it.
/// let rate = Schedule::cosine(3e-3, 1.5e-4, 980)?.after(20)?;
/// assert_eq!([rate.at(10), rate.at(20), rate.at(1000)], [1.5e-3, 3e-3, 1.5e-4]);
/// # Ok::<(), hesper_ad::model::ModelError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// Where it starts once it is warm.
    from: f64,
    /// Steps of warming up.
    warm_up: u32,
    course: Course,
}

/// How a schedule goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Course {
    Constant,
    Linear { to: f64, steps: u32 },
    Cosine { to: f64, steps: u32 },
    Stairs { factor: f64, every: u32 },
    Exponential { factor: f64 },
}

impl Schedule {
    /// The same rate at each step.
    ///
    /// # Errors
    /// Where the rate is below 0 or no number.
    pub fn constant(rate: f64) -> Result<Schedule, ModelError> {
        Schedule::new(rate, Course::Constant)
    }

    /// Evenly from one rate to another, which it has after `steps` steps and keeps.
    ///
    /// # Errors
    /// Where a rate is below 0 or no number, or there are no steps.
    pub fn linear(from: f64, to: f64, steps: u32) -> Result<Schedule, ModelError> {
        is_rate(to)?;
        is_count("steps", steps)?;
        Schedule::new(from, Course::Linear { to, steps })
    }

    /// Along half a cosine from one rate to another, which it has after `steps` steps and keeps.
    ///
    /// # Errors
    /// Where a rate is below 0 or no number, or there are no steps.
    pub fn cosine(from: f64, to: f64, steps: u32) -> Result<Schedule, ModelError> {
        is_rate(to)?;
        is_count("steps", steps)?;
        Schedule::new(from, Course::Cosine { to, steps })
    }

    /// The same rate for `every` steps, then that times `factor` for as many, and so on.
    ///
    /// # Errors
    /// Where the rate is below 0 or no number, the factor is not above 0 and at most 1, or `every` is 0.
    pub fn stairs(from: f64, factor: f64, every: u32) -> Result<Schedule, ModelError> {
        is_factor(factor)?;
        is_count("every", every)?;
        Schedule::new(from, Course::Stairs { factor, every })
    }

    /// `factor` times the rate of the step before.
    ///
    /// # Errors
    /// Where the rate is below 0 or no number, or the factor is not above 0 and at most 1.
    pub fn exponential(from: f64, factor: f64) -> Result<Schedule, ModelError> {
        is_factor(factor)?;
        Schedule::new(from, Course::Exponential { factor })
    }

    /// The schedule after so many steps in which the rate rises evenly to where it starts, of Goyal et al., "Accurate, large minibatch SGD" (2017). There the
    /// first step has a share of the rate and not 0, as Hugging Face's schedules have it.
    ///
    /// # Errors
    /// Where the schedule has a warm-up already, or this one has no steps.
    pub fn after(self, warm_up: u32) -> Result<Schedule, ModelError> {
        is_count("the warm-up", warm_up)?;
        match self.warm_up {
            0 => Ok(Schedule { warm_up, ..self }),
            before => Err(senseless(format!(
                "the schedule has a warm-up of {before} steps already; give it one"
            ))),
        }
    }

    /// The rate of step `t`, the first of which is 1. The same bits on every machine.
    pub fn at(&self, t: u32) -> f64 {
        let t = t.max(1);
        if t < self.warm_up {
            return self.from * (f64::from(t) / f64::from(self.warm_up));
        }
        let from = self.from;
        // The last step of a warm-up is the first of what follows.
        let s = t - self.warm_up.max(1);
        let part = |steps: u32| f64::from(s.min(steps)) / f64::from(steps);
        match self.course {
            Course::Constant => from,
            Course::Linear { to, steps } => between(from, to, part(steps)),
            Course::Cosine { to, steps } => {
                between(from, to, (1.0 - libm::cos(PI * part(steps))) / 2.0)
            }
            Course::Stairs { factor, every } => from * libm::pow(factor, f64::from(s / every)),
            Course::Exponential { factor } => from * libm::pow(factor, f64::from(s)),
        }
    }

    fn new(from: f64, course: Course) -> Result<Schedule, ModelError> {
        is_rate(from)?;
        Ok(Schedule {
            from,
            warm_up: 0,
            course,
        })
    }
}

/// What lies a part of the way from one to the other, both ends exactly.
fn between(from: f64, to: f64, part: f64) -> f64 {
    from * (1.0 - part) + to * part
}

fn is_rate(rate: f64) -> Result<(), ModelError> {
    match rate.is_finite() && rate >= 0.0 {
        true => Ok(()),
        false => Err(senseless(format!(
            "a rate is {rate}; give a finite number, 0 or above"
        ))),
    }
}

fn is_factor(factor: f64) -> Result<(), ModelError> {
    match factor > 0.0 && factor <= 1.0 {
        true => Ok(()),
        false => Err(senseless(format!(
            "the factor is {factor}; give a number above 0, at most 1"
        ))),
    }
}

fn is_count(what: &str, steps: u32) -> Result<(), ModelError> {
    match steps {
        0 => Err(senseless(format!("{what} is 0; give at least 1 step"))),
        _ => Ok(()),
    }
}

fn senseless(message: String) -> ModelError {
    ModelError::unfit("Schedule", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rates of steps 1 to 6, computed by hand.
    #[test]
    fn rates_are_those_of_the_formulas() {
        let half = std::f64::consts::FRAC_1_SQRT_2 / 2.0;
        for (schedule, want) in [
            (Schedule::constant(2.0), [2.0; 6]),
            (
                Schedule::constant(2.0).and_then(|s| s.after(4)),
                [0.5, 1.0, 1.5, 2.0, 2.0, 2.0],
            ),
            (
                Schedule::linear(4.0, 1.0, 3),
                [4.0, 3.0, 2.0, 1.0, 1.0, 1.0],
            ),
            (
                Schedule::linear(1.0, 4.0, 3).and_then(|s| s.after(2)),
                [0.5, 1.0, 2.0, 3.0, 4.0, 4.0],
            ),
            (
                Schedule::cosine(1.0, 0.0, 4),
                [1.0, 0.5 + half, 0.5, 0.5 - half, 0.0, 0.0],
            ),
            (
                Schedule::cosine(3.0, 1.0, 2).and_then(|s| s.after(3)),
                [1.0, 2.0, 3.0, 2.0, 1.0, 1.0],
            ),
            (
                Schedule::stairs(8.0, 0.5, 2),
                [8.0, 8.0, 4.0, 4.0, 2.0, 2.0],
            ),
            (
                Schedule::exponential(8.0, 0.5).and_then(|s| s.after(2)),
                [4.0, 8.0, 4.0, 2.0, 1.0, 0.5],
            ),
            // One step of warm-up is none.
            (
                Schedule::linear(3.0, 0.0, 3).and_then(|s| s.after(1)),
                [3.0, 2.0, 1.0, 0.0, 0.0, 0.0],
            ),
        ] {
            let schedule = schedule.unwrap();
            for (t, want) in (1..).zip(want) {
                let got = schedule.at(t);
                assert!(
                    (got - want).abs() <= 1e-15,
                    "{schedule:?} at {t}: {got}, not {want}"
                );
            }
            assert_eq!(schedule.at(0), schedule.at(1), "{schedule:?}");
            assert!(schedule.at(u32::MAX).is_finite(), "{schedule:?}");
        }
    }

    /// Both ends are the numbers that were given.
    #[test]
    fn ends_are_exact() {
        for schedule in [
            Schedule::linear(3e-3, 1e-4, 977).unwrap(),
            Schedule::cosine(3e-3, 1e-4, 977).unwrap(),
        ] {
            let ends = [1, 978, 979, u32::MAX].map(|t| schedule.at(t));
            assert_eq!(ends, [3e-3, 1e-4, 1e-4, 1e-4], "{schedule:?}");
            let rates: Vec<f64> = (1..=978).map(|t| schedule.at(t)).collect();
            assert!(rates.is_sorted_by(|a, b| a > b), "{schedule:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let rate = "a finite number, 0 or above";
        let factor = "a number above 0, at most 1";
        for (schedule, message) in [
            (Schedule::constant(-0.1), rate),
            (Schedule::constant(f64::NAN), rate),
            (Schedule::linear(f64::INFINITY, 0.0, 3), rate),
            (Schedule::linear(1.0, -1.0, 3), rate),
            (Schedule::cosine(1.0, f64::NAN, 3), rate),
            (Schedule::linear(1.0, 0.0, 0), "steps is 0"),
            (Schedule::cosine(1.0, 0.0, 0), "steps is 0"),
            (Schedule::stairs(1.0, 0.5, 0), "every is 0"),
            (Schedule::stairs(1.0, 0.0, 2), factor),
            (Schedule::stairs(1.0, 1.5, 2), factor),
            (Schedule::exponential(1.0, f64::NAN), factor),
            (Schedule::exponential(1.0, -0.5), factor),
            (
                Schedule::constant(1.0).and_then(|s| s.after(0)),
                "the warm-up is 0",
            ),
            (
                Schedule::constant(1.0).and_then(|s| s.after(2)?.after(3)),
                "a warm-up of 2 steps already",
            ),
        ] {
            let error = schedule.unwrap_err().to_string();
            assert!(
                error.starts_with("Schedule: ") && error.contains(message),
                "{error}"
            );
        }
    }
}
