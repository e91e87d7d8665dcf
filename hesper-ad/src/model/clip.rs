//! Gradients that are no longer than they may be.

use super::checks::Checks;
use super::error::ModelError;
use super::training::Gradients;
use crate::op::Op;
use crate::ops::{Hypot, Norm, Scale};
use crate::run::{DeviceTensor, Inputs, Runner, Workspace};
use std::fmt;

/// Keeps gradients from being longer than `most` all together: each is multiplied by `min(1, most/norm)`, `norm = √Σ g²` over all elements of all of them.
///
/// Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2013), algorithm 1; as `torch.nn.utils.clip_grad_norm_`, which divides by
/// `norm + 1e-6` and lets gradients that are not finite pass unless told. The norm is computed on the device by [`Norm`] and [`Hypot`], which stand numbers whose squares
/// overflow or vanish, and is the one number that is read, for the error; gradients stay there, and are multiplied by [`Scale`] where they are too long.
///
/// ```
/// use hesper_ad::model::{Clip, Init, Model, Trusted};
/// # use hesper_ad::ops::{Mse, Sgd};
/// # use hesper_ad::prelude::*;
/// # use hesper_ad::Rng;
/// # let graph = Graph::new("Near", [("w", &["n"]), ("x", &["n"])]).node(Mse, ["w", "x"], ["loss"]).finish(["loss"])?;
/// # let workspace = Workspace::new(&Device::reference());
/// # let trusted = Trusted::unchecked(&graph, &Sgd);
/// # let model = Model::new(&workspace, trusted, &[("w", Init::Zeros)], &Dims::new([("n", 2)]), &mut Rng::new(7))?;
/// // The mean of w² at w = 0, of which x = [30, 40] is far away. `Checks::clip` verifies its ops first.
/// let clip = Clip::unchecked(&workspace, 25.0)?;
/// let batch = Inputs::new().tensor("x", &workspace.tensor([2], &[30.0, 40.0])?);
/// let mut gradients = model.loss_and_gradients(&batch)?;
/// assert_eq!(clip.apply(&mut gradients)?, 50.0);
/// assert_eq!(gradients.get("w").map(|g| g.read()).transpose()?, Some(vec![-15.0, -20.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Clip {
    most: f32,
    norm: Runner<'static>,
    hypot: Runner<'static>,
    scale: Runner<'static>,
}

impl Checks {
    /// Checks the ops that [`Clip`] launches, each once, as [`require`](Checks::require) does.
    ///
    /// # Errors
    /// As [`require`](Checks::require), and where `most` is not a finite number above 0.
    pub fn clip(&self, workspace: &Workspace, most: f32) -> Result<Clip, ModelError> {
        for op in [&Norm as &dyn Op, &Hypot, &Scale] {
            self.check_all(op)?;
        }
        Clip::unchecked(workspace, most)
    }
}

impl Clip {
    /// Takes its ops on trust, where they were checked elsewhere.
    ///
    /// # Errors
    /// Where `most` is not a finite number above 0.
    pub fn unchecked(workspace: &Workspace, most: f32) -> Result<Clip, ModelError> {
        if !(most.is_finite() && most > 0.0) {
            let message =
                format!("gradients may have the norm {most}; give a finite number above 0");
            return Err(ModelError::unfit("Clip", message));
        }
        Ok(Clip {
            most,
            norm: Runner::new(workspace, &Norm)?,
            hypot: Runner::new(workspace, &Hypot)?,
            scale: Runner::new(workspace, &Scale)?,
        })
    }

    /// Clips these gradients; gives the norm that they had.
    ///
    /// # Errors
    /// As [`norm`](Clip::norm); the gradients are as before then, unless the device fails.
    pub fn apply(&self, gradients: &mut Gradients) -> Result<f32, ModelError> {
        let norm = self.norm(gradients)?;
        if norm > self.most {
            let share = f64::from(self.most) / f64::from(norm);
            for gradient in gradients.by_name.values_mut() {
                let inputs = Inputs::new().number("s", share as f32);
                let inputs = inputs.tensor("x", &flat(gradient)?);
                let [scaled] = self.scale.infer(&inputs, ["y"])?;
                *gradient = scaled.reshaped(gradient.shape())?;
            }
        }
        Ok(norm)
    }

    /// The norm of all gradients together.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] where an element is infinite or no number, another error where only the norm is beyond `f32`, or the device fails.
    pub fn norm(&self, gradients: &Gradients) -> Result<f32, ModelError> {
        let mut total: Option<DeviceTensor> = None;
        for gradient in gradients.by_name.values() {
            let inputs = Inputs::new().tensor("x", &flat(gradient)?);
            let [norm] = self.norm.infer(&inputs, ["y"])?;
            let norm = flat(&norm)?;
            total = Some(match total {
                None => norm,
                Some(total) => {
                    let both = Inputs::new().tensor("a", &total).tensor("b", &norm);
                    let [sum] = self.hypot.infer(&both, ["y"])?;
                    sum
                }
            });
        }
        let norm = total.map_or(Ok(vec![0.0]), |total| total.read())?;
        match norm.first() {
            Some(norm) if norm.is_finite() => Ok(*norm),
            _ => Err(why(gradients)?),
        }
    }
}

/// Why gradients have no finite norm.
fn why(gradients: &Gradients) -> Result<ModelError, ModelError> {
    for (parameter, gradient) in &gradients.by_name {
        let elements = gradient.read()?;
        if let Some(index) = elements.iter().position(|x| !x.is_finite()) {
            return Ok(ModelError::NotFinite {
                parameter: parameter.clone(),
                index,
                value: elements[index],
            });
        }
    }
    let message = "each gradient is finite, but the norm of all is beyond f32; train with a smaller rate or share of the loss";
    Ok(ModelError::unfit("Clip", message.to_string()))
}

fn flat(tensor: &DeviceTensor) -> Result<DeviceTensor, ModelError> {
    Ok(tensor.reshaped([tensor.len()])?)
}

impl fmt::Debug for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clip(to {}, {:?})", self.most, self.norm.workspace())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Options, Target};
    use crate::test_ops::devices;
    use hesper_shader::Device;

    /// Gradients by `v` and `w`, the last of two dimensions.
    fn gradients(workspace: &Workspace, v: &[f32], w: [f32; 4]) -> Gradients {
        let v = workspace.tensor([v.len()], v).unwrap();
        let w = workspace.tensor([2, 2], &w).unwrap();
        let named = [("v", v), ("w", w)].map(|(name, tensor)| (name.to_string(), tensor));
        Gradients {
            losses: workspace.zeros([1]).unwrap(),
            by_name: named.into(),
        }
    }

    fn read(gradients: &Gradients) -> Vec<f32> {
        let tensors = gradients.by_name.values();
        tensors.flat_map(|tensor| tensor.read().unwrap()).collect()
    }

    /// The norm, and by which number all elements are multiplied, exactly.
    #[test]
    fn gradients_become_as_long_as_they_may_be() {
        for (v, w, most, norm, share) in [
            (&[3.0][..], [0.0, 4.0, 0.0, 0.0], 10.0, 5.0, 1.0),
            (&[3.0], [0.0, 4.0, 0.0, 0.0], 5.0, 5.0, 1.0),
            (&[3.0], [0.0, 4.0, 0.0, 0.0], 2.5, 5.0, 0.5),
            (
                &[-1.0, 1.0, 1.0, -1.0],
                [2.0, -2.0, 2.0, 0.0],
                1.0,
                4.0,
                0.25,
            ),
            (&[0.0], [0.0; 4], 1.0, 0.0, 1.0),
            // Whose squares are beyond f32, or 0.
            (&[3e30], [0.0, 4e30, 0.0, 0.0], 2.5e30, 5e30, 0.5),
            (&[3e-30], [0.0, 4e-30, 0.0, 0.0], 2.5e-30, 5e-30, 0.5),
            (&[3e38], [0.0, 0.0, 1e-38, 0.0], 0.75e38, 3e38, 0.25),
        ] {
            for device in devices() {
                let workspace = Workspace::new(&device);
                let clip = Clip::unchecked(&workspace, most).unwrap();
                let mut given = gradients(&workspace, v, w);
                let near = |got: f32, want: f32| (got - want).abs() <= 4e-7 * want.abs();
                let got = clip.apply(&mut given).unwrap();
                assert!(near(got, norm), "{v:?} {w:?}: {got}, not {norm}");
                let wanted = v.iter().chain(&w).map(|x| x * share);
                for (got, want) in read(&given).into_iter().zip(wanted) {
                    let is_lost = want.abs() < f32::MIN_POSITIVE;
                    assert!(is_lost || near(got, want), "{got}, not {want}, to {most}");
                }
                assert_eq!(given.by_name["w"].shape(), [2, 2]);
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_named() {
        let whole = [1.0, 2.0, 3.0, 4.0];
        for (v, w, message) in [
            (f32::NAN, whole, "the gradient by `v` is NaN at element 0"),
            (
                f32::INFINITY,
                whole,
                "the gradient by `v` is inf at element 0",
            ),
            (
                1.0,
                [1.0, 2.0, f32::NEG_INFINITY, 4.0],
                "the gradient by `w` is -inf at element 2",
            ),
            (
                1.0,
                [1.0, 2.0, 3.0, f32::NAN],
                "the gradient by `w` is NaN at element 3",
            ),
            (3e38, [3e38; 4], "the norm of all is beyond f32"),
        ] {
            let workspace = Workspace::new(&Device::reference());
            let clip = Clip::unchecked(&workspace, 1.0).unwrap();
            let mut given = gradients(&workspace, &[v], w);
            let before: Vec<u32> = read(&given).into_iter().map(f32::to_bits).collect();
            let error = clip.apply(&mut given).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
            let after: Vec<u32> = read(&given).into_iter().map(f32::to_bits).collect();
            assert_eq!(after, before);
        }
        for most in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let workspace = Workspace::new(&Device::reference());
            let error = Clip::unchecked(&workspace, most).unwrap_err().to_string();
            assert!(error.contains("give a finite number above 0"), "{error}");
        }
    }

    #[test]
    fn a_warm_loop_makes_no_buffer() {
        for device in devices() {
            let workspace = Workspace::new(&device);
            let clip = Clip::unchecked(&workspace, 1.0).unwrap();
            let turn = || {
                let mut given = gradients(&workspace, &[3.0, 4.0], [5.0; 4]);
                clip.apply(&mut given).unwrap();
                workspace.buffers_made()
            };
            turn();
            let warm = turn();
            assert!(warm > 0);
            assert_eq!([turn(), turn()], [warm; 2], "{}", device.name());
        }
    }

    #[test]
    fn its_ops_are_checked() {
        let told = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let names = std::rc::Rc::clone(&told);
        let options = Options {
            points: 8,
            exact: false,
            targets: vec![Target::F32],
            progress: false,
            ..Options::default()
        };
        let checks = Checks::new(options);
        let checks = checks.telling(move |passed| names.borrow_mut().push(passed.op.clone()));
        let workspace = Workspace::new(&Device::reference());
        checks.clip(&workspace, 1.0).unwrap();
        assert_eq!(*told.borrow(), ["Norm", "Hypot", "Scale"]);
    }
}
