//! What one run of a plan is given.

use super::{Plan, Role};
use crate::device::{Buffer, BufferRef, Device, RawBuffer};
use crate::error::DeviceError;
use crate::shader_type::{Element, Transfer};
use crate::tree::{ScalarValue, Shape};

/// What one run of a plan is given: buffers for its slots, and scalars, by name.
#[derive(Default)]
pub struct PlanBuffers<'a> {
    pub(super) buffers: Vec<(String, BufferRef<'a>)>,
    /// Names of the buffers whose contents count for nothing.
    pub(super) fresh: Vec<String>,
    pub(super) scalars: Vec<(String, ScalarValue)>,
    pub(super) temporaries: Option<&'a mut Temporaries>,
}

/// Memory for the temporaries of a plan, [made](Plan::temporaries) once for any number of its runs.
#[derive(Debug)]
pub struct Temporaries {
    pub(super) buffers: Vec<RawBuffer>,
}

impl<'a> PlanBuffers<'a> {
    /// Nothing yet.
    pub fn new() -> PlanBuffers<'a> {
        PlanBuffers::default()
    }

    /// A buffer for an input.
    pub fn read<T: Element>(
        mut self,
        slot: impl Into<String>,
        buffer: &'a Buffer<T>,
    ) -> PlanBuffers<'a> {
        self.buffers
            .push((slot.into(), BufferRef::Read(buffer.raw())));
        self
    }

    /// A buffer for an output or in-out slot.
    pub fn write<T: Element>(
        mut self,
        slot: impl Into<String>,
        buffer: &'a mut Buffer<T>,
    ) -> PlanBuffers<'a> {
        self.buffers
            .push((slot.into(), BufferRef::Write(buffer.raw_mut())));
        self
    }

    /// A buffer for an output that the steps write as a whole: it is not made zero before, and what it holds counts for nothing. Reading
    /// an element that no step has written is an error on the reference executor.
    ///
    /// ```
    /// # use hesper_shader::{record::Recorder, Bound, Device, Error, Grid, Plan, PlanBuffers, Role, tree::Type};
    /// # let add = Recorder::record("add", &[], [1, 1, 1], |r| {
    /// #     let y = r.storage_mut::<f32>("y");
    /// #     r.store(y.at(r.int(0)), y.at(r.int(0)).get() + r.float("1"));
    /// # });
    /// let mut plan = Plan::new();
    /// plan.slot("y", Type::F32, 1, Role::Output)?;
    /// plan.dispatch(&add, Grid::exact(1, 1, 1), &[("y", Bound::slot("y"))])?;   // y[0] += 1
    ///
    /// let device = Device::reference();
    /// let mut y = device.upload(&[7.0])?;
    /// device.run(&plan, PlanBuffers::new().write("y", &mut y))?;
    /// assert_eq!(y.read()?, [1.0]);
    /// assert!(device.run(&plan, PlanBuffers::new().fresh("y", &mut y)).is_err());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn fresh<T: Element>(
        mut self,
        slot: impl Into<String>,
        buffer: &'a mut Buffer<T>,
    ) -> PlanBuffers<'a> {
        let slot = slot.into();
        self.fresh.push(slot.clone());
        self.write(slot, buffer)
    }

    /// A scalar.
    pub fn scalar(
        mut self,
        name: impl Into<String>,
        value: impl Into<ScalarValue>,
    ) -> PlanBuffers<'a> {
        self.scalars.push((name.into(), value.into()));
        self
    }

    /// All scalars of a value, for a name that a parameter of its type is [bound](super::Bound::scalar) to: a structure, a vector.
    ///
    /// ```
    /// # use hesper_shader::{Bound, Device, Grid, Plan, PlanBuffers, Role, shader, tree::Type};
    /// # shader! {
    /// #     #[derive(Clone, Copy)]
    /// #     struct Affine { factor: f32, shift: f32 }
    /// #     #[workgroup_size(64)]
    /// #     fn affine(y: &mut [f32], by: Affine) {
    /// #         let i = global_index();
    /// #         if i < y.len() {
    /// #             y[i] = by.factor * y[i] + by.shift;
    /// #         }
    /// #     }
    /// # }
    /// # fn main() -> Result<(), hesper_shader::Error> {
    /// let mut plan = Plan::new();
    /// plan.slot("y", Type::F32, 1, Role::InOut)?;
    /// plan.dispatch(&affine(), Grid::cover(1), &[("y", Bound::slot("y")), ("by", Bound::scalar("by"))])?;
    ///
    /// let device = Device::reference();
    /// let mut y = device.upload(&[1.0])?;
    /// for factor in [2.0, 10.0] {
    ///     let by = Affine { factor, shift: 0.5 };
    ///     device.run(&plan, PlanBuffers::new().write("y", &mut y).value("by", &by))?;
    /// }
    /// assert_eq!(y.read()?, [25.5]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn value<T: Transfer>(mut self, name: &str, value: &T) -> PlanBuffers<'a> {
        let mut scalars = Vec::new();
        value.scalars(&mut scalars);
        let parts = T::shape().scalars().into_iter().zip(scalars);
        let named = parts.map(|((way, _), (value, _))| (format!("{name}{way}"), value));
        self.scalars.extend(named);
        self
    }

    /// Memory for the plan's temporaries, which the run would make otherwise.
    pub fn temporaries(mut self, temporaries: &'a mut Temporaries) -> PlanBuffers<'a> {
        self.temporaries = Some(temporaries);
        self
    }
}

impl Plan {
    /// Memory for the plan's temporaries on a device, to be given to [its runs](PlanBuffers::temporaries). What one run leaves there the next
    /// one does not see.
    ///
    /// # Errors
    /// Where one is too large, or the device is lost.
    pub fn temporaries(&self, device: &Device) -> Result<Temporaries, DeviceError> {
        let slots = self.slots.iter();
        let temporaries = slots.filter(|slot| slot.role == Role::Temporary);
        let buffers =
            temporaries.map(|slot| device.raw_uninit(Shape::Value(slot.element), slot.len));
        Ok(Temporaries {
            buffers: buffers.collect::<Result<_, _>>()?,
        })
    }
}

impl Temporaries {
    /// How many buffers there are.
    pub fn len(&self) -> usize {
        self.buffers.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.buffers.is_empty()
    }
}
