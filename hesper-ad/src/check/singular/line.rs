//! Forward along a line through a point: its slope at the point, and the slopes that it tends to from either side.

use super::probe::{Probe, Value, is_known};
use crate::sample::Sample;
use crate::spec::{Spec, SpecError};
use crate::tensor::Tensor;
use crate::tracked::{Bounded, Tracked};
use hesper_shader::domain::{Domain, RealBinary};

/// A slope whose rounding error is a greater part of its scale than this tells nothing.
const WELL_CONDITIONED: f64 = 1e-7;

/// What limits may differ by, as part of their scale.
const TOLERANCE: f64 = 1e-9;

/// Distances from the point, as powers of two. Below 2⁻⁴⁰ of its size a number would not move any more; zero has no size.
const LEVELS: [i32; 9] = [-70, -60, -50, -40, -34, -28, -22, -16, -10];

/// The finest distance of numbers other than zero.
const FINEST: i32 = -40;

/// A direction: how fast each element of each input moves.
pub(super) type Direction = Vec<Tensor<f64>>;

/// `⟨dy, forward(x + t·v)⟩` at one `t`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    /// The value.
    pub(super) value: Bounded,
    /// Its derivative by `t`.
    pub(super) slope: Bounded,
    /// What its slope's rounding is measured by: `Σ |terms|`, or the outputs' size where that is more.
    pub(super) scale: f64,
    /// The greatest cotangent.
    pub(super) seed: f64,
    /// Whether all outputs are numbers or mask values.
    pub(super) is_defined: bool,
    /// Whether no decision is near its threshold, so that the function is smooth here.
    pub(super) is_smooth: bool,
    /// Whether each decision near its threshold stays there all along the line.
    is_settled: bool,
}

/// What forward does right beside a point, on one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    /// It has a slope, up to `error`.
    Slope(Bounded),
    /// It jumps, or its slope grows without bound.
    Steep,
    /// It is not defined.
    Undefined,
    /// Rounding hides what it does.
    Untold,
}

/// A point of an op.
#[derive(Clone, Copy)]
pub(super) struct Line<'s> {
    pub(super) spec: &'s Spec<'s>,
    pub(super) sample: &'s Sample,
}

impl Line<'_> {
    /// Forward at `t`.
    pub(super) fn at(&self, direction: &Direction, t: f64) -> Result<Here, SpecError> {
        let probe = Probe::new();
        let moved = |(x, v): (&Tensor<f32>, &Tensor<f64>)| {
            x.zip(v, |x, v| probe.moving(f64::from(*x) + t * v, *v))
        };
        let inputs: Vec<_> = self
            .sample
            .inputs
            .iter()
            .zip(direction)
            .map(moved)
            .collect();
        let outputs = self.spec.forward(&probe, self.sample, &inputs)?.outputs;
        Ok(self.sum(&probe, &outputs))
    }

    fn sum(&self, probe: &Probe, outputs: &[Tensor<Value>]) -> Here {
        let domain = probe.tracked();
        let pairs = outputs.iter().zip(&self.sample.cotangents);
        let pairs = pairs.flat_map(|(y, dy)| y.data().iter().zip(dy.data()));
        // A mask value is a constant, whatever was added to it.
        let numbers: Vec<_> = pairs.filter(|(y, _)| !y.primal.is_mask()).collect();
        let times =
            |x: Bounded, dy: f32| domain.binary(RealBinary::Multiply, x, domain.from_f32(dy));
        let values: Vec<_> = numbers
            .iter()
            .map(|(y, dy)| times(y.primal, **dy))
            .collect();
        let slopes: Vec<_> = numbers
            .iter()
            .map(|(y, dy)| times(y.tangent, **dy))
            .collect();
        let size = |terms: &[Bounded]| terms.iter().map(|x| x.value.abs()).sum::<f64>();
        Here {
            value: domain.sum(&values),
            slope: domain.sum(&slopes),
            scale: finite(size(&slopes)).max(finite(size(&values))),
            seed: numbers
                .iter()
                .fold(0.0, |max, (_, dy)| f64::from(dy.abs()).max(max)),
            is_defined: numbers.iter().all(|(y, _)| is_known(y.primal)),
            is_smooth: probe.unsettled() == 0 && probe.stationary() == 0,
            is_settled: probe.unsettled() == 0,
        }
    }

    /// What forward does on the side of growing or falling `t`.
    pub(super) fn side(
        &self,
        here: &Here,
        direction: &Direction,
        sign: f64,
    ) -> Result<Side, SpecError> {
        let (mut run, mut undefined): (Vec<(f64, Here)>, usize) = (Vec::new(), 0);
        let finest = if self.moves_zeros_alone(direction) {
            i32::MIN
        } else {
            FINEST
        };
        for level in LEVELS.into_iter().filter(|level| *level >= finest) {
            let h = f64::from(level).exp2();
            let beside = self.at(direction, sign * h)?;
            undefined += usize::from(!beside.is_defined);
            if !(beside.is_defined && beside.is_settled && beside.is_well_conditioned()) {
                run.clear();
                continue;
            }
            run.push((h, beside));
            if let [.., fine, middle, coarse] = run.as_slice()
                && let Some(side) = limit(here, [fine, middle, coarse])
            {
                return Ok(side);
            }
        }
        Ok(if undefined > 2 {
            Side::Undefined
        } else {
            Side::Untold
        })
    }

    fn moves_zeros_alone(&self, direction: &Direction) -> bool {
        let pairs = self.sample.inputs.iter().zip(direction);
        let mut pairs = pairs.flat_map(|(x, v)| x.data().iter().zip(v.data()));
        pairs.all(|(x, v)| *x == 0.0 || *v == 0.0)
    }
}

impl Here {
    pub(super) fn is_well_conditioned(&self) -> bool {
        is_known(self.slope) && self.resolves(self.slope.error, WELL_CONDITIONED)
    }

    /// Whether an error is at most this part of the scale, or nothing beside the cotangents.
    pub(super) fn resolves(&self, error: f64, part: f64) -> bool {
        const NOTHING: f64 = 1e-5;
        error.is_finite() && error <= part * self.scale.max(NOTHING * self.seed)
    }

    /// What two slopes at this scale may differ by beside their rounding.
    pub(super) fn tolerance(&self) -> f64 {
        TOLERANCE * self.scale
    }
}

/// What three slopes at shrinking distances tend to.
///
/// Forward is continuous at the point and its derivative has a limit on one side: then that limit is the one-sided derivative,
/// by the mean value theorem.
fn limit(here: &Here, [fine, middle, coarse]: [&(f64, Here); 3]) -> Option<Side> {
    let slope = |side: &(f64, Here)| side.1.slope.value;
    let error = [fine, middle, coarse].map(|side| side.1.slope.error + side.1.tolerance());
    let (near, far) = (
        (slope(fine) - slope(middle)).abs(),
        (slope(middle) - slope(coarse)).abs(),
    );
    let rounding = error[0] + error[1];
    if near > rounding && near > far / 4.0 {
        let grows = slope(fine).abs() > 2.0 * slope(middle).abs()
            && slope(middle).abs() > 2.0 * slope(coarse).abs();
        return grows.then_some(Side::Steep);
    }
    let (h, beside) = (fine.0, &fine.1);
    let steepest = slope(fine).abs().max(slope(middle).abs());
    let room = 4.0 * h * (steepest + error[0]) + beside.value.error + here.value.error;
    if (beside.value.value - here.value.value).abs() > room {
        return Some(Side::Steep);
    }
    Some(Side::Slope(Bounded {
        value: slope(fine),
        error: near + error[0],
    }))
}

/// The number, or zero for what is none.
fn finite(x: f64) -> f64 {
    if x.is_finite() { x } else { 0.0 }
}

/// `⟨backward, v⟩`.
pub(super) fn along(cotangents: &[Tensor<Bounded>], direction: &Direction) -> Bounded {
    let domain = Tracked::default();
    let pairs = cotangents.iter().zip(direction);
    let pairs = pairs.flat_map(|(dx, v)| dx.data().iter().zip(v.data()));
    let moving = pairs.filter(|(_, v)| **v != 0.0);
    let term =
        |(dx, v): (&Bounded, &f64)| domain.binary(RealBinary::Multiply, *dx, domain.exact(*v));
    domain.sum(&moving.map(term).collect::<Vec<_>>())
}
