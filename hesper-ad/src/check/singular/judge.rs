//! Backward at one point, held against the slopes of forward there.

use super::infinite::goes_by_infinity;
use super::line::{Direction, Here, Line, Side, along};
use super::probe::is_known;
use super::report::Report;
use crate::certificate::Tally;
use crate::sample::{Rng, Sample};
use crate::spec::{Spec, SpecError, exact};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, Tracked};

/// A bound greater than this part of the scale says nothing.
const RESOLVED: f64 = 1e-6;

/// An element: of which input, and where in it.
pub(super) type Element = (usize, usize);

/// A point that is judged.
pub(super) struct Judge<'s> {
    pub(super) line: Line<'s>,
    /// How the point was made.
    label: &'s str,
    pub(super) dx: Vec<Tensor<Bounded>>,
    rng: Rng,
}

/// Why judging ends early.
pub(super) enum Stop {
    /// The spec is broken.
    Broken(SpecError),
    /// Backward is a wrong number.
    Wrong(String),
    /// Backward is no number.
    NoNumber(String),
}

impl From<SpecError> for Stop {
    fn from(error: SpecError) -> Stop {
        Stop::Broken(error)
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Broken(error) => error.fmt(f),
            Stop::Wrong(message) | Stop::NoNumber(message) => f.write_str(message),
        }
    }
}

/// What forward does along one element.
enum Along {
    Smooth(Bounded),
    Kink([f64; 2]),
    Rough,
    Untold,
}

impl<'s> Judge<'s> {
    pub(super) fn new(
        spec: &'s Spec<'s>,
        sample: &'s Sample,
        label: &'s str,
        rng: &mut Rng,
    ) -> Result<Self, Stop> {
        let domain = Tracked::default();
        let inputs = exact(&domain, &sample.inputs);
        let cotangents = exact(&domain, &sample.cotangents);
        Ok(Judge {
            dx: spec.backward(&domain, sample, &inputs, &cotangents)?,
            line: Line { spec, sample },
            label,
            rng: Rng::new(rng.bits()),
        })
    }

    /// Holds backward against forward's slopes: one random direction where that tells all, else element by element. Whether anything
    /// was compared.
    pub(super) fn judge(&mut self, tally: &mut Tally, report: &mut Report) -> Result<bool, Stop> {
        let everywhere = self.random_direction(|_| true);
        let here = self.line.at(&everywhere, 0.0)?;
        if !here.is_defined {
            report.undefined += 1;
            return Ok(false);
        }
        let before = tally.clone();
        let smooth = here.is_smooth && here.is_well_conditioned();
        if !self.agrees(&here, &everywhere, smooth, tally)? {
            let elements = self.elements();
            let judged = self.by_element(&here, &elements, smooth, tally, report);
            match judged {
                Err(stop) if self.is_excused(&stop)? => {
                    // What failed here was compared, and does not count.
                    tally.clone_from(&before);
                    report.by_infinity += 1;
                }
                judged => judged?,
            }
        }
        Ok(tally.count() > before.count())
    }

    /// Whether forward is a number here only by way of an infinity: then a VJP made of the same operations need not be one, and no one has
    /// written down another.
    fn is_excused(&self, stop: &Stop) -> Result<bool, Stop> {
        let Line { spec, sample } = self.line;
        let may_be = match stop {
            Stop::Broken(_) => false,
            Stop::Wrong(_) => spec.is_derived(&sample.dims),
            Stop::NoNumber(_) => true,
        };
        Ok(may_be && goes_by_infinity(spec, sample)?)
    }

    /// Whether forward is smooth along a direction through all elements, and backward is what its slope says.
    fn agrees(
        &self,
        here: &Here,
        everywhere: &Direction,
        smooth: bool,
        tally: &mut Tally,
    ) -> Result<bool, Stop> {
        let all = || self.dx.iter().flat_map(|dx| dx.data());
        if !all().all(|dx| is_known(*dx)) {
            return Ok(false);
        }
        let Along::Smooth(slope) = self.slope(here, everywhere, smooth)? else {
            return Ok(false);
        };
        let backward = along(&self.dx, everywhere);
        let (difference, bound) = (
            (backward.value - slope.value).abs(),
            backward.error + slope.error,
        );
        let agrees = difference <= bound && here.resolves(bound, RESOLVED);
        if agrees {
            tally.compared(difference, bound);
            tally.equal(all().count().saturating_sub(1));
        }
        Ok(agrees)
    }

    /// What forward does along a direction: known where the point is smooth, else by limits from both sides.
    fn slope(&self, here: &Here, direction: &Direction, smooth: bool) -> Result<Along, Stop> {
        if smooth {
            let here = self.line.at(direction, 0.0)?;
            let error = here.slope.error + here.tolerance();
            return Ok(match here.is_well_conditioned() {
                true => Along::Smooth(Bounded {
                    error,
                    ..here.slope
                }),
                false => Along::Untold,
            });
        }
        let right = self.line.side(here, direction, 1.0)?;
        let left = self.line.side(here, direction, -1.0)?;
        Ok(match (left, right) {
            (Side::Slope(left), Side::Slope(right)) => {
                let error = left.error + right.error;
                if (left.value - right.value).abs() <= error {
                    let value = 0.5 * (left.value + right.value);
                    Along::Smooth(Bounded { value, error })
                } else {
                    Along::Kink([left.value, right.value])
                }
            }
            (Side::Steep | Side::Undefined, _) | (_, Side::Steep | Side::Undefined) => Along::Rough,
            (Side::Untold, _) | (_, Side::Untold) => Along::Untold,
        })
    }

    /// Each element by itself; those along which forward is smooth must also be so together.
    fn by_element(
        &mut self,
        all: &Here,
        elements: &[Element],
        smooth: bool,
        tally: &mut Tally,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let mut known: Vec<(Element, Bounded)> = Vec::new();
        let mut kinks: Vec<(Element, Option<[f64; 2]>)> = Vec::new();
        for element in elements {
            if report.budget.is_spent(self.line.spec) {
                break;
            }
            let direction = self.direction(|at| at == *element);
            let here = self.line.at(&direction, 0.0)?;
            match self.slope(&here, &direction, smooth)? {
                Along::Smooth(slope) => known.push((*element, slope)),
                Along::Kink(slopes) => kinks.push((*element, Some(slopes))),
                Along::Rough => kinks.push((*element, None)),
                Along::Untold => self.untold(*element, report)?,
            }
        }
        let (together, apart) = self.smooth_together(known, smooth)?;
        for (element, slope) in together {
            self.compare(all, element, slope, tally, report)?;
        }
        kinks.extend(apart.into_iter().map(|element| (element, None)));
        self.at_kinks(&kinks, tally, report)
    }

    /// Parts the elements along each of which forward is smooth: a row is left out where it is not so along all of the row.
    #[allow(clippy::type_complexity)]
    fn smooth_together(
        &mut self,
        mut known: Vec<(Element, Bounded)>,
        smooth: bool,
    ) -> Result<(Vec<(Element, Bounded)>, Vec<Element>), Stop> {
        let mut apart = Vec::new();
        if smooth || self.is_sum(&known)? {
            return Ok((known, apart));
        }
        let mut rows: Vec<Element> = known.iter().map(|(at, _)| self.row(*at)).collect();
        rows.dedup();
        for row in rows {
            let (mine, others): (Vec<_>, Vec<_>) =
                known.into_iter().partition(|(at, _)| self.row(*at) == row);
            known = others;
            if self.is_sum(&mine)? {
                known.extend(mine);
            } else {
                apart.extend(mine.into_iter().map(|(at, _)| at));
            }
        }
        if !self.is_sum(&known)? {
            apart.extend(known.drain(..).map(|(at, _)| at));
        }
        Ok((known, apart))
    }

    /// Whether the slope along a direction through these elements is what their own slopes add up to.
    fn is_sum(&mut self, known: &[(Element, Bounded)]) -> Result<bool, Stop> {
        let direction = self.random_direction(|at| known.iter().any(|(k, _)| *k == at));
        let here = self.line.at(&direction, 0.0)?;
        let Along::Smooth(slope) = self.slope(&here, &direction, false)? else {
            return Ok(false);
        };
        let unit = self.direction(|_| true);
        let (mut sum, mut error) = (0.0, slope.error);
        for ((port, at), part) in known {
            let share = direction[*port].data()[*at] / unit[*port].data()[*at];
            sum += share * part.value;
            error += share.abs() * part.error;
        }
        Ok((slope.value - sum).abs() <= error)
    }

    /// An element along which forward has a slope.
    fn compare(
        &self,
        all: &Here,
        element: Element,
        slope: Bounded,
        tally: &mut Tally,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let unit = self.direction(|at| at == element);
        let scale = unit[element.0].data()[element.1];
        // Zero has no sign here.
        let (dx, want) = (self.dx(element), slope.value / scale + 0.0);
        let bound = slope.error / scale + dx.error;
        // The scale is that of the point, where a slope that limits tell may be unknown.
        let told = all.resolves(bound * scale, RESOLVED) || bound <= RESOLVED * want.abs();
        if dx.value.is_finite() && !told {
            report.untold += 1;
            return Ok(());
        }
        if tally.compared((dx.value - want).abs(), bound) {
            return Ok(());
        }
        Err(self.wrong(
            element,
            format!("where `forward` has the derivative {want:e}"),
        ))
    }

    /// An element of which rounding hides what forward does.
    fn untold(&self, element: Element, report: &mut Report) -> Result<(), Stop> {
        if self.dx(element).value.is_finite() {
            report.untold += 1;
            return Ok(());
        }
        self.missing(element, "where `forward` is a number", report)
    }

    /// Backward yields no number where forward has no derivative.
    pub(super) fn missing(
        &self,
        element: Element,
        of_what: &str,
        report: &mut Report,
    ) -> Result<(), Stop> {
        if self.line.spec.sampling().undefined_reason().is_some() {
            report.declared += 1;
            return Ok(());
        }
        let advice = "give it a number, or declare it with `Sampling::undefined_at_kinks`";
        Err(self.wrong(element, format!("{of_what}: {advice}")))
    }

    pub(super) fn wrong(&self, element: Element, why: String) -> Stop {
        let (name, dx) = (self.name(element), self.dx(element).value + 0.0);
        let point = self.point();
        let advice = self.advice();
        let message = format!("{name}: `backward` gives {dx:e} {why}, at {point}{advice}");
        match dx.is_finite() {
            true => Stop::Wrong(message),
            false => Stop::NoNumber(message),
        }
    }

    pub(super) fn dx(&self, (port, at): Element) -> Bounded {
        self.dx[port].data()[at]
    }

    /// `dx[0, 1]`.
    pub(super) fn name(&self, (port, at): Element) -> String {
        let mut ports = self.line.spec.signature().inputs();
        let name = ports.nth(port).map(|p| p.cotangent()).unwrap_or_default();
        format!("{name}{:?}", self.dx[port].index_of(at))
    }

    /// How the point was made, its numbers where they are few, and its sizes.
    pub(super) fn point(&self) -> String {
        const FEW: usize = 12;
        let sample = self.line.sample;
        let ports = self.line.spec.signature().inputs().zip(&sample.inputs);
        let texts = ports.map(|(port, x)| format!("{} = {:?}", port.name, x.data()));
        let texts: Vec<String> = texts.collect();
        let constants = sample.constants.iter();
        let tensors = sample
            .inputs
            .iter()
            .chain(constants.clone().map(|(_, t)| t));
        let few = tensors.map(Tensor::len).sum::<usize>() <= FEW;
        // A parameter is told always: it may be all that makes the point special.
        let constants = constants.filter(|(_, t)| few || t.len() == 1);
        let constants = constants.map(|(name, t)| match t.data() {
            [one] if t.shape().is_empty() => format!("{name} = {one:?}"),
            all => format!("{name} = {all:?}"),
        });
        let texts = texts.into_iter().filter(|_| few);
        let texts: Vec<String> = texts.chain(constants).collect();
        let numbers = match texts.is_empty() {
            true => String::new(),
            false => format!(": {}", texts.join(", ")),
        };
        format!("{}{numbers} ({})", self.label, sample.dims)
    }

    /// Which parameters are 0 at this point although no rule says where they lie: they may be all that is wrong with it.
    pub(super) fn advice(&self) -> String {
        let sampling = self.line.spec.sampling();
        let constants = self.line.sample.constants.iter();
        let zero = constants.filter(|(name, t)| t.data() == [0.0] && sampling.is_free(name));
        let zero: Vec<String> = zero.map(|(name, _)| format!("`{name}`")).collect();
        match &zero[..] {
            [] => String::new(),
            [first, ..] => format!(
                "; {} is 0 here: where that makes no sense, say so with `Sampling::uniform({}, …)`",
                zero.join(" and "),
                first.replace('`', "\""),
            ),
        }
    }

    fn elements(&self) -> Vec<Element> {
        let ports = self.dx.iter().enumerate();
        ports
            .flat_map(|(port, dx)| (0..dx.len()).map(move |at| (port, at)))
            .collect()
    }

    pub(super) fn row(&self, (port, at): Element) -> Element {
        (port, at / self.dx[port].row_len().max(1))
    }

    /// The chosen elements, each by its own size; zero has the size 1.
    pub(super) fn direction(&self, chosen: impl Fn(Element) -> bool) -> Direction {
        let ports = self.line.sample.inputs.iter().enumerate();
        let size = |x: f64| {
            if x == 0.0 {
                1.0
            } else {
                x.abs().log2().floor().exp2()
            }
        };
        let direction = |(port, x): (usize, &Tensor<f32>)| {
            let mut at = 0..x.len();
            x.map(|x| match at.next() {
                Some(at) if chosen((port, at)) => size(f64::from(*x)),
                _ => 0.0,
            })
        };
        ports.map(direction).collect()
    }

    /// The same, at random speeds of either sign.
    fn random_direction(&mut self, chosen: impl Fn(Element) -> bool) -> Direction {
        let mut direction = self.direction(chosen);
        for v in direction.iter_mut().flat_map(|v| v.data_mut()) {
            let speed = f64::from(self.rng.uniform(0.25, 1.0));
            *v *= if self.rng.below(2) == 0 {
                speed
            } else {
                -speed
            };
        }
        direction
    }
}
