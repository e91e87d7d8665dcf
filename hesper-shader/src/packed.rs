//! Numbers of one and two bytes in buffers of words: helpers for kernel code, written in it.
//!
//! The first number of a word lies in its lowest bits, as the bytes of a file do once they were read as little-endian `u32`. What one is stored to is one's own affair,
//! since neighbours share the word: `insert_bits` and an `Atomic<u32>`, or one invocation for each word.
//!
//! ```
//! use hesper_shader::packed::{f16_at, i8_at};
//! use hesper_shader::{Device, Error, Grid, shader};
//!
//! shader! {
//!     /// y = scale·x, of weights in bytes with one scale of 16 bits.
//!     #[workgroup_size(64)]
//!     pub fn weights(x: &[u32], scales: &[u32], y: &mut [f32]) {
//!         let i = global_index();
//!         if i < y.len() {
//!             y[i] = f16_at(scales, 0) * i8_at(x, i) as f32;
//!         }
//!     }
//! }
//!
//! let device = Device::reference();
//! let (x, scales) = (device.upload(&[0x7f_80_ff_03])?, device.upload(&[0x3800])?);
//! let mut y = device.zeros::<f32>(4)?;
//! let args = weights::Args { x: &x, scales: &scales, y: &mut y };
//! weights().launch(&device, Grid::cover(4), args)?;
//! assert_eq!(y.read()?, [1.5, -0.5, -64.0, 63.5]);
//! # Ok::<(), Error>(())
//! ```

use crate::shader;

shader! {
    /// Byte `i` of the words, 0 to 255.
    pub fn u8_at(words: &[u32], i: u32) -> u32 {
        extract_bits(words[i / 4], 8 * (i % 4), 8)
    }

    /// Byte `i` of the words with its sign, −128 to 127.
    pub fn i8_at(words: &[u32], i: u32) -> i32 {
        extract_bits(words[i / 4] as i32, 8 * (i % 4), 8)
    }

    /// Halfword `i` of the words, 0 to 65 535.
    pub fn u16_at(words: &[u32], i: u32) -> u32 {
        extract_bits(words[i / 2], 16 * (i % 2), 16)
    }

    /// Halfword `i` of the words with its sign, −32 768 to 32 767.
    pub fn i16_at(words: &[u32], i: u32) -> i32 {
        extract_bits(words[i / 2] as i32, 16 * (i % 2), 16)
    }

    /// The binary16 number in halfword `i` of the words, exactly; no device needs `f16` for it.
    pub fn f16_at(words: &[u32], i: u32) -> f32 {
        unpack2x16float(u16_at(words, i)).x
    }
}
