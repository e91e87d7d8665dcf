//! Backward where forward has no derivative.

use super::judge::{Element, Judge, Stop};
use super::line::{Direction, along};
use super::report::{Kink, Report, lies, short};
use super::shares::Shares;
use crate::certificate::Tally;

/// Along each element, a kink's slopes, where there are any.
type Kinks<'k> = &'k [(Element, Option<[f64; 2]>)];

impl Judge<'_> {
    /// What backward yields at kinks must be a number, or declared, and what the generalised derivative may be: along each element, and along all
    /// elements of a row and of the point together, for what one of several equal numbers gets the others do not get.
    pub(super) fn at_kinks(
        &self,
        kinks: Kinks<'_>,
        tally: &mut Tally,
        report: &mut Report,
    ) -> Result<(), Stop> {
        for (element, slopes) in kinks {
            self.at_kink(*element, *slopes, tally, report)?;
        }
        let finite = |dx: f64| dx.is_finite();
        let mut all = self.dx.iter().flat_map(|dx| dx.data());
        if kinks.is_empty() || !all.all(|dx| finite(dx.value)) {
            return Ok(());
        }
        let mut rows: Vec<Element> = kinks.iter().map(|(at, _)| self.row(*at)).collect();
        rows.dedup();
        for row in &rows {
            let mut members = kinks.iter().filter(|(at, _)| self.row(*at) == *row);
            if members.nth(1).is_some() && !report.budget.is_spent(self.line.spec) {
                let direction = self.direction(|at| self.row(at) == *row);
                self.together(&direction, "of this row", kinks, tally)?;
            }
        }
        match kinks {
            [_] => Ok(()),
            _ => self.together(&self.direction(|_| true), "of all elements", kinks, tally),
        }
    }

    /// One element along which forward has no derivative.
    fn at_kink(
        &self,
        element: Element,
        slopes: Option<[f64; 2]>,
        tally: &mut Tally,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let dx = self.dx(element);
        let direction = self.direction(|at| at == element);
        let scale = direction[element.0].data()[element.1];
        let slopes = slopes.map(|slopes| slopes.map(|slope| slope / scale + 0.0));
        if !dx.value.is_finite() {
            let kink = match slopes {
                Some([left, right]) => format!("a kink, with slopes {left:e} and {right:e}"),
                None => "no derivative".to_string(),
            };
            return self.missing(element, &format!("where `forward` has {kink}"), report);
        }
        let allowed = self.range(&direction)?;
        let kink = Kink {
            name: self.name(element),
            dx: dx.value + 0.0,
            slopes,
            allowed: allowed.map(|ends| ends.map(|end| end / scale + 0.0)),
        };
        if !kink.may_be(dx.error) {
            let [low, high] = kink.bounds();
            let why = format!(
                "at a kink of `forward`, whose derivative there is from {} to {}",
                short(low),
                short(high)
            );
            return Err(self.wrong(element, why));
        }
        if kink.slopes.is_some() || kink.allowed.is_some() {
            tally.compared(0.0, f64::MIN_POSITIVE);
        }
        report.kink(kink);
        Ok(())
    }

    /// What backward says along a direction, and what may be said.
    fn together(
        &self,
        direction: &Direction,
        whose: &str,
        kinks: Kinks<'_>,
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        let Some([low, high]) = self.range(direction)? else {
            return Ok(());
        };
        let said = along(&self.dx, direction);
        if lies(said.value, [low, high], said.error) {
            tally.compared(0.0, f64::MIN_POSITIVE);
            return Ok(());
        }
        let moves = |(port, at): Element| direction[port].data()[at] != 0.0;
        let first = kinks.iter().map(|(at, _)| *at).find(|at| moves(*at));
        let why = format!(
            "at a kink of `forward`, and with the others {whose} {} along all of them, where the derivative is from {} to {}: what equal numbers get must be all there is, and no more",
            short(said.value),
            short(low),
            short(high),
        );
        Err(self.wrong(first.unwrap_or_default(), why))
    }

    /// What `⟨dy, forward⟩` may have for a slope along a direction; none where the operations do not tell.
    fn range(&self, direction: &Direction) -> Result<Option<[f64; 2]>, Stop> {
        let (spec, sample) = (self.line.spec, self.line.sample);
        let shares = Shares::new(spec.sampling().ties_reason().is_some());
        let inputs = sample.inputs.iter().zip(direction);
        let inputs: Vec<_> = inputs
            .map(|(x, v)| x.zip(v, |x, v| shares.moving(f64::from(*x), *v)))
            .collect();
        let outputs = spec.forward(&shares, sample, &inputs)?.outputs;
        let pairs = outputs.iter().zip(&sample.cotangents);
        let pairs = pairs.flat_map(|(y, dy)| y.data().iter().zip(dy.data()));
        // A mask value is a constant, whatever was added to it.
        let numbers = pairs.filter(|(y, _)| !y.primal.is_mask());
        Ok(shares.range(numbers.map(|(y, dy)| (*y, f64::from(*dy)))))
    }
}
