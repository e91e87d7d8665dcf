//! What generated code calls; no part of the public interface.

/// The crate under a name that every supported compiler can import; a bare `$crate` is none.
pub use crate as root;
use crate::kernel::Kernel;
use crate::record::Recorder;
pub use hesper_macros::expand;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
pub use std::{format, vec::Vec};

/// Builds each specialisation of a kernel once.
pub struct KernelCache {
    kernels: OnceLock<Mutex<HashMap<String, Kernel>>>,
}

impl KernelCache {
    /// An empty cache.
    #[expect(clippy::new_without_default, reason = "used in statics only")]
    pub const fn new() -> Self {
        KernelCache {
            kernels: OnceLock::new(),
        }
    }

    /// The kernel for these constants, built at the first call.
    pub fn get(&self, constants: &str, build: impl FnOnce() -> Kernel) -> Kernel {
        let kernels = self.kernels.get_or_init(Mutex::default);
        let known = kernels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(constants)
            .cloned();
        // Built outside the lock, so that a kernel may be asked for while another is recorded.
        known.unwrap_or_else(|| {
            let kernel = build();
            let mut kernels = kernels.lock().unwrap_or_else(PoisonError::into_inner);
            kernels
                .entry(constants.to_string())
                .or_insert(kernel)
                .clone()
        })
    }
}

/// Stands in for a kernel whose text the macro refused, so that callers draw no errors of their own.
#[track_caller]
pub fn invalid_kernel(name: &str) -> Kernel {
    Recorder::record(name, &[], [1, 1, 1], |h| h.end_if())
}
