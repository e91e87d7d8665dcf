//! Buffers of one structure that ends in an array of runtime length.

use super::{Buffer, Device, DeviceError};
use crate::shader_type::Tailed;

impl Device {
    /// A buffer of this structure, whose last field has as many elements as it is given with; for parameters `&S` and `&mut S`.
    ///
    /// ```
    /// use hesper_shader::{Device, Grid, shader};
    ///
    /// shader! {
    ///     struct Sums {
    ///         bias: f32,
    ///         rows: [f32],
    ///     }
    ///
    ///     #[workgroup_size(64)]
    ///     fn shift(sums: &mut Sums) {
    ///         let i = global_index();
    ///         if i < sums.rows.len() {
    ///             sums.rows[i] += sums.bias;
    ///         }
    ///     }
    /// }
    ///
    /// fn main() -> Result<(), hesper_shader::Error> {
    ///     let device = Device::reference();
    ///     let mut sums = device.upload_tailed(&Sums { bias: 0.5, rows: vec![1.0, 2.0, 3.0] })?;
    ///     shift().launch(&device, Grid::cover(sums.len()), shift::Args { sums: &mut sums })?;
    ///     assert_eq!(sums.read_tailed()?.rows, [1.5, 2.5, 3.5]);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Where it is too large, holds a truth value, or the device is lost.
    pub fn upload_tailed<T: Tailed>(&self, contents: &T) -> Result<Buffer<T>, DeviceError> {
        let mut buffer = self.zeros_tailed(contents.tail_len())?;
        buffer.write_tailed(contents)?;
        Ok(buffer)
    }

    /// A buffer of such a structure, all zero, whose last field has `len` elements. It may have none.
    ///
    /// # Errors
    /// As [`upload_tailed`](Device::upload_tailed).
    pub fn zeros_tailed<T: Tailed>(&self, len: usize) -> Result<Buffer<T>, DeviceError> {
        self.raw_zeros(T::shape(), len).map(Buffer::over)
    }
}

impl<T: Tailed> Buffer<T> {
    /// The contents, once everything asked of the device so far is done.
    ///
    /// # Errors
    /// As [`read`](Buffer::read) of other buffers; also where their memory does not hold the structure, which none of this type does.
    pub fn read_tailed(&self) -> Result<T, DeviceError> {
        let mut leaves = self.raw().read()?.into_iter();
        T::from_memory(&mut leaves).ok_or_else(|| DeviceError::Rejected {
            device: self.device().name().to_string(),
            action: format!("reading `{}`", T::shape()),
            reason: "its memory holds other fields".to_string(),
        })
    }

    /// Replaces the contents.
    ///
    /// # Errors
    /// Where the last field has another number of elements than the buffer's, or the device is lost.
    pub fn write_tailed(&mut self, contents: &T) -> Result<(), DeviceError> {
        let (len, given) = (self.len(), contents.tail_len());
        if len != given {
            return Err(DeviceError::LengthMismatch { len, given });
        }
        self.raw_mut().write(contents.to_memory())
    }
}
