//! What a slot of a plan holds on a device, of any type of scalars.

use super::{PlanBuffers, Role, Slot};
use crate::device::{Buffer, Device};
use crate::error::DeviceError;
use crate::memory::Memory;
use crate::tree::Scalar;
use half::f16;

/// A buffer of scalars for a slot, for plans whose slots are not known before the program runs.
///
/// ```
/// use hesper_shader::tree::Type;
/// use hesper_shader::{Bound, Device, Grid, Memory, Plan, PlanBuffers, Role, SlotBuffer, f16, shader};
///
/// shader! {
///     #[workgroup_size(64)]
///     fn halve(x: &[f32], y: &mut [f16]) {
///         let i = global_index();
///         if i < y.len() {
///             y[i] = (0.5 * x[i]) as f16;
///         }
///     }
/// }
///
/// let mut plan = Plan::new();
/// plan.slot("x", Type::F32, 2, Role::Input)?;
/// plan.slot("y", Type::F16, 2, Role::Output)?;
/// plan.dispatch(&halve(), Grid::cover(2), &[("x", Bound::slot("x")), ("y", Bound::slot("y"))])?;
///
/// let device = Device::reference();
/// let mut buffers = Vec::new();
/// for slot in plan.slots() {
///     let memory = Memory::F32(vec![3.0; slot.len]);
///     buffers.extend(SlotBuffer::upload(&device, slot, &memory)?);
/// }
/// let mut given = PlanBuffers::new();
/// for (slot, buffer) in plan.slots().iter().zip(&mut buffers) {
///     given = buffer.bound(given, slot);
/// }
/// device.run(&plan, given)?;
/// assert_eq!(buffers[1].read()?, Memory::F32(vec![1.5; 2]));
/// # Ok::<(), hesper_shader::Error>(())
/// ```
#[derive(Debug)]
pub enum SlotBuffer {
    /// Reals of 32 bits.
    F32(Buffer<f32>),
    /// Reals of 16 bits; on the host they are of 32.
    F16(Buffer<f16>),
    /// Whole numbers.
    I32(Buffer<i32>),
    /// Whole numbers, not negative.
    U32(Buffer<u32>),
}

impl SlotBuffer {
    /// A buffer with these numbers, rounded to binary16 where the slot holds that; none where these are not such as the slot holds, or the slot holds vectors.
    ///
    /// # Errors
    /// Where the device has no such memory, or is lost.
    pub fn upload(
        device: &Device,
        slot: &Slot,
        memory: &Memory<f32>,
    ) -> Result<Option<SlotBuffer>, DeviceError> {
        if slot.element.size != 1 {
            return Ok(None);
        }
        Ok(match (slot.element.scalar, memory) {
            (Scalar::F32, Memory::F32(reals)) => Some(SlotBuffer::F32(device.upload(reals)?)),
            (Scalar::F16, Memory::F32(reals)) => {
                let halves: Vec<f16> = reals.iter().map(|x| f16::from_f32(*x)).collect();
                Some(SlotBuffer::F16(device.upload(&halves)?))
            }
            (Scalar::I32, Memory::I32(integers)) => Some(SlotBuffer::I32(device.upload(integers)?)),
            (Scalar::U32, Memory::U32(integers)) => Some(SlotBuffer::U32(device.upload(integers)?)),
            _ => None,
        })
    }

    /// What a run is given, with this for the slot: to be read where the slot is an input, else to be written.
    pub fn bound<'b>(&'b mut self, given: PlanBuffers<'b>, slot: &Slot) -> PlanBuffers<'b> {
        let (name, is_input) = (slot.name.as_str(), slot.role == Role::Input);
        match (self, is_input) {
            (SlotBuffer::F32(buffer), true) => given.read(name, buffer),
            (SlotBuffer::F32(buffer), false) => given.write(name, buffer),
            (SlotBuffer::F16(buffer), true) => given.read(name, buffer),
            (SlotBuffer::F16(buffer), false) => given.write(name, buffer),
            (SlotBuffer::I32(buffer), true) => given.read(name, buffer),
            (SlotBuffer::I32(buffer), false) => given.write(name, buffer),
            (SlotBuffer::U32(buffer), true) => given.read(name, buffer),
            (SlotBuffer::U32(buffer), false) => given.write(name, buffer),
        }
    }

    /// What it holds, once everything asked of the device so far is done.
    ///
    /// # Errors
    /// Where a dispatch before failed or does not end, or the device is lost.
    pub fn read(&self) -> Result<Memory<f32>, DeviceError> {
        Ok(match self {
            SlotBuffer::F32(buffer) => Memory::F32(buffer.read()?),
            SlotBuffer::F16(buffer) => {
                Memory::F32(buffer.read()?.into_iter().map(f32::from).collect())
            }
            SlotBuffer::I32(buffer) => Memory::I32(buffer.read()?),
            SlotBuffer::U32(buffer) => Memory::U32(buffer.read()?),
        })
    }
}
