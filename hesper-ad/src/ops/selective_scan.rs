//! The recurrence of a diagonal state-space model.

use super::window::indices;
use crate::prelude::*;

/// Selective scan over the `steps` of each of `batch` sequences: from `h = 0` on, each of `states` numbers of each channel is
/// `h[t, c, n] = a[t, c, n]·h[t − 1, c, n] + b[t, n]·x[t, c]`, and `y[t, c] = Σₙ w[t, n]·h[t, c, n]`, of `x[batch, steps, channels]`, `a[batch, steps, channels, states]`,
/// `b[batch, steps, states]` and `w[batch, steps, states]`.
///
/// Backward is the recurrence from the last step on: `g[t, c, n] = w[t, n]·dy[t, c] + a[t + 1, c, n]·g[t + 1, c, n]`, without its second term at the last step; `dx[t, c] = Σₙ b[t, n]·g[t, c, n]`,
/// `da[t, c, n] = h[t − 1, c, n]·g[t, c, n]`, `db[t, n] = Σ_c x[t, c]·g[t, c, n]`, `dw[t, n] = Σ_c dy[t, c]·h[t, c, n]`. The forward pass saves `h`.
///
/// Gu and Dao, "Mamba: linear-time sequence modeling with selective state spaces" (2023), equation 2a: `a` is their discretised `exp(Δ·A)`, `w` their `C`, and `x` here `Δ` times their `x`, so that `b` is their `B` before
/// it is discretised. The skip `D·x` and the gate are ops of their own. Where `a` is beyond ±1, `h` grows with each step, as it does there.
#[derive(Clone, Copy, Debug, Default)]
pub struct SelectiveScan;

shader! {
    /// h of all steps; one invocation for each state of each channel of a sequence.
    #[workgroup_size(64)]
    pub fn selective_scan_states(
        x: &[f32],
        a: &[f32],
        b: &[f32],
        h: &mut [f32],
        batch: u32,
        steps: u32,
        channels: u32,
        states: u32,
    ) {
        let line = global_index();
        let lines = channels * states;
        if line < batch * lines {
            let channel = line % lines / states;
            let first = line / lines * steps;
            let mut state = 0.0;
            for t in first..first + steps {
                let at = t * lines + line % lines;
                state = a[at] * state + b[t * states + line % states] * x[t * channels + channel];
                h[at] = state;
            }
        }
    }

    /// y = Σ w·h over the states, and with b for w and g for h dx; one invocation per element of y.
    #[workgroup_size(64)]
    pub fn selective_scan(h: &[f32], w: &[f32], y: &mut [f32], channels: u32, states: u32) {
        let at = global_index();
        if at < y.len() {
            let step = at / channels;
            let mut sum = 0.0;
            for n in 0..states {
                sum += w[step * states + n] * h[at * states + n];
            }
            y[at] = sum;
        }
    }

    /// g and da of all steps, from the last one on; one invocation for each state of each channel of a sequence.
    #[workgroup_size(64)]
    pub fn selective_scan_da(
        a: &[f32],
        w: &[f32],
        h: &[f32],
        dy: &[f32],
        g: &mut [f32],
        da: &mut [f32],
        batch: u32,
        steps: u32,
        channels: u32,
        states: u32,
    ) {
        let line = global_index();
        let lines = channels * states;
        if line < batch * lines {
            let channel = line % lines / states;
            let first = line / lines * steps;
            // What the step after passes back.
            let mut passed = 0.0;
            for t in (first..first + steps).rev() {
                let at = t * lines + line % lines;
                let slope = w[t * states + line % states] * dy[t * channels + channel] + passed;
                g[at] = slope;
                let mut before = 0.0;
                if t > first {
                    before = h[at - lines];
                }
                da[at] = before * slope;
                passed = a[at] * slope;
            }
        }
    }

    /// db = Σ x·g and dw = Σ dy·h over the channels; one invocation per element of b.
    #[workgroup_size(64)]
    pub fn selective_scan_db_dw(
        x: &[f32],
        h: &[f32],
        g: &[f32],
        dy: &[f32],
        db: &mut [f32],
        dw: &mut [f32],
        channels: u32,
        states: u32,
    ) {
        let at = global_index();
        if at < db.len() {
            let first = at / states * channels;
            let mut b = 0.0;
            let mut w = 0.0;
            for c in first..first + channels {
                b += x[c] * g[c * states + at % states];
                w += dy[c] * h[c * states + at % states];
            }
            db[at] = b;
            dw[at] = w;
        }
    }
}

/// The sizes of `a`.
fn shape(cx: &Context) -> [usize; 4] {
    ["batch", "steps", "channels", "states"].map(|dim| cx.dim(dim))
}

/// `h` of all steps.
fn states_of(cx: &Context, [x, a, b]: [&Tensor; 3]) -> Tensor {
    let mut h = cx.zeros(shape(cx));
    for [e, t, c, n] in indices(shape(cx)) {
        let new = b[[e, t, n]] * x[[e, t, c]];
        h[[e, t, c, n]] = match t.checked_sub(1) {
            None => new,
            Some(before) => a[[e, t, c, n]] * h[[e, before, c, n]] + new,
        };
    }
    h
}

/// `g` of all steps.
fn slopes_of(cx: &Context, a: &Tensor, w: &Tensor, dy: &Tensor) -> Tensor {
    let [batch, steps, channels, states] = shape(cx);
    let mut g = cx.zeros(shape(cx));
    for [e, back, c, n] in indices([batch, steps, channels, states]) {
        let t = steps - 1 - back;
        let own = w[[e, t, n]] * dy[[e, t, c]];
        g[[e, t, c, n]] = match back {
            0 => own,
            _ => own + a[[e, t + 1, c, n]] * g[[e, t + 1, c, n]],
        };
    }
    g
}

/// `Σₙ weights[t, n]·of[t, c, n]`.
fn over_states(cx: &Context, weights: &Tensor, of: &Tensor) -> Tensor {
    let [batch, steps, channels, states] = shape(cx);
    Tensor::from_fn([batch, steps, channels], |[e, t, c]| {
        cx.sum((0..states).map(|n| weights[[e, t, n]] * of[[e, t, c, n]]))
    })
}

/// `Σ_c weights[t, c]·of[t, c, n]`.
fn over_channels(cx: &Context, weights: &Tensor, of: &Tensor) -> Tensor {
    let [batch, steps, channels, states] = shape(cx);
    Tensor::from_fn([batch, steps, states], |[e, t, n]| {
        cx.sum((0..channels).map(|c| weights[[e, t, c]] * of[[e, t, c, n]]))
    })
}

impl DiffOp for SelectiveScan {
    type Inputs<V> = [V; 4];
    type Outputs<V> = [V; 1];

    fn signature(&self) -> Signature {
        Signature::new("SelectiveScan")
            .input("x", ["batch", "steps", "channels"])
            .input("a", ["batch", "steps", "channels", "states"])
            .input("b", ["batch", "steps", "states"])
            .input("w", ["batch", "steps", "states"])
            .output("y", ["batch", "steps", "channels"])
            .saved("h", ["batch", "steps", "channels", "states"])
    }

    fn forward(&self, cx: &mut Context, [x, a, b, w]: [&Tensor; 4]) -> [Tensor; 1] {
        let h = states_of(cx, [x, a, b]);
        let y = over_states(cx, w, &h);
        cx.save("h", h);
        [y]
    }

    fn backward(
        &self,
        cx: &mut Context,
        [x, a, b, w]: [&Tensor; 4],
        [dy]: [&Tensor; 1],
    ) -> [Tensor; 4] {
        let h = states_of(cx, [x, a, b]);
        let g = slopes_of(cx, a, w, dy);
        let da = Tensor::from_fn(shape(cx), |[e, t, c, n]| match t.checked_sub(1) {
            None => cx.real(0.0),
            Some(before) => h[[e, before, c, n]] * g[[e, t, c, n]],
        });
        let (db, dw) = (over_channels(cx, x, &g), over_channels(cx, dy, &h));
        [over_states(cx, b, &g), da, db, dw]
    }

    fn plan(&self, plan: &mut OpPlan) -> Result<(), OpError> {
        let (batch, steps) = (plan.dim("batch")?, plan.dim("steps")?);
        let (channels, states) = (plan.dim("channels")?, plan.dim("states")?);
        let (lines, rows) = (batch * channels * states, batch * steps);
        plan.forward(selective_scan_states(), Grid::cover(lines));
        plan.forward(selective_scan(), Grid::cover(rows * channels));
        plan.temporary("g", Type::F32, lines * steps)?;
        plan.backward(selective_scan_da(), Grid::cover(lines));
        let dx = plan.backward(selective_scan(), Grid::cover(rows * channels));
        dx.bind("h", "g").bind("w", "b").bind("y", "dx");
        plan.backward(selective_scan_db_dw(), Grid::cover(rows * states));
        Ok(())
    }

    fn sampling(&self) -> Sampling {
        Sampling::default()
            .uniform("a", -1.0, 1.0)
            .greatest([
                ("batch", 8),
                ("steps", 1 << 12),
                ("channels", 1 << 11),
                ("states", 16),
            ])
            .greatest([
                ("batch", 1),
                ("steps", 1 << 17),
                ("channels", 128),
                ("states", 64),
            ])
    }
}
