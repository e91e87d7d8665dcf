//! Parameters on the device: how they start, and the steps AdamW takes with them.

use crate::stop::Stop;
use hesper_ad::ops::{AdamW, adamw};
use hesper_ad::prelude::*;
use hesper_ad::{Port, Rng};
use std::mem;

/// How fast AdamW's two means forget, and what keeps its quotient finite: the values of Kingma and Ba (2015).
const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPS: f64 = 1e-8;

/// A tensor of parameters: an input of the graph.
pub(crate) struct Parameter {
    /// The input's name.
    pub(crate) name: String,
    pub(crate) now: State,
    /// A step writes here, then the two change places.
    next: State,
    /// The gradient of the mean loss, which the backward pass writes.
    pub(crate) gradient: Buffer<f32>,
    plan: Plan,
}

/// What AdamW reads and renews: the values, and running means of their gradients and of the gradients' squares.
pub(crate) struct State {
    pub(crate) w: Buffer<f32>,
    m: Buffer<f32>,
    v: Buffer<f32>,
}

/// The constants of a step of training.
pub(crate) struct Step {
    /// Its number, from 1.
    pub(crate) number: u32,
    pub(crate) rate: f32,
    /// Weight decay, which AdamW multiplies by the rate.
    pub(crate) decay: f32,
}

impl Parameter {
    /// A parameter that starts as [`initial`] says.
    pub(crate) fn new(
        device: &Device,
        port: &Port,
        dims: &Dims,
        rng: &mut Rng,
    ) -> Result<Parameter, Stop> {
        let shape: Vec<usize> = port.dims.iter().filter_map(|dim| dims.get(dim)).collect();
        let values = initial(&shape, rng);
        let n = values.len();
        Ok(Parameter {
            name: port.name.clone(),
            now: State::new(device, &values)?,
            next: State::new(device, &values)?,
            gradient: device.zeros(n)?,
            plan: Plans::of(&AdamW, &Dims::new([("n", n)]))?.forward,
        })
    }

    /// What the graph's plans call the gradient.
    pub(crate) fn cotangent(&self) -> String {
        format!("d{}", self.name)
    }

    /// One step of AdamW.
    pub(crate) fn step(&mut self, device: &Device, step: &Step) -> Result<(), Error> {
        let settings = adamw::Settings {
            lr: step.rate.into(),
            beta1: BETA1,
            beta2: BETA2,
            eps: EPS,
            decay: step.decay.into(),
        };
        let Parameter { now, next, .. } = self;
        let mut given = PlanBuffers::new()
            .read("g", &self.gradient)
            .read("w", &now.w)
            .read("m", &now.m)
            .read("v", &now.v)
            .write("new_w", &mut next.w)
            .write("new_m", &mut next.m)
            .write("new_v", &mut next.v);
        for (name, value) in settings.step(step.number) {
            given = given.scalar(name, value);
        }
        device.run(&self.plan, given)?;
        mem::swap(now, next);
        Ok(())
    }
}

impl State {
    /// These values, and means of nothing yet.
    fn new(device: &Device, values: &[f32]) -> Result<State, DeviceError> {
        Ok(State {
            w: device.upload(values)?,
            m: device.zeros(values.len())?,
            v: device.zeros(values.len())?,
        })
    }
}

/// Biases start at 0. Weights, which have two dimensions, are uniform with the variance 2/inputs, which keeps the size of what
/// passes through a ReLU: He et al., "Delving deep into rectifiers" (2015).
fn initial(shape: &[usize], rng: &mut Rng) -> Vec<f32> {
    let n = shape.iter().product();
    match shape {
        [inputs, _] => {
            let bound = (6.0 / *inputs as f32).sqrt();
            (0..n).map(|_| rng.uniform(-bound, bound)).collect()
        }
        _ => vec![0.0; n],
    }
}
