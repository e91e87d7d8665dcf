//! What generated code calls; no part of the public interface.

/// The crate under a name that every supported compiler can import; a bare `$crate` is none.
pub use crate as root;
use crate::kernel::Kernel;
use crate::record::Recorder;
use crate::tree::{Shape, Structure};
pub use hesper_macros::expand;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
pub use std::{format, string::String, vec::Vec};

/// The shape of a structure.
pub fn structure<const N: usize>(name: &str, fields: [(&str, Shape); N]) -> Shape {
    let fields = fields.map(|(name, shape)| (name.to_string(), shape));
    Shape::Structure(Arc::new(Structure {
        name: name.to_string(),
        fields: fields.to_vec(),
    }))
}

/// The shape of the array of runtime length that a structure ends in.
pub fn tail(element: Shape) -> Shape {
    Shape::Tail(Box::new(element))
}

/// What a part of a value is called in texts.
pub fn part_name(whole: &str, part: &str) -> String {
    format!("{whole}_{part}")
}

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

    /// The kernel for these constants, built at the first call. Each kernel has a copy of this function alone.
    pub fn get(&self, constants: &str, build: impl FnOnce() -> Kernel) -> Kernel {
        // Built outside the lock, so that a kernel may be asked for while another is recorded.
        match self.known(constants) {
            Some(kernel) => kernel,
            None => self.keep(constants, build()),
        }
    }

    fn known(&self, constants: &str) -> Option<Kernel> {
        self.kernels().get(constants).cloned()
    }

    /// The one that came first where another call has built it too.
    fn keep(&self, constants: &str, kernel: Kernel) -> Kernel {
        let mut kernels = self.kernels();
        let kept = kernels.entry(constants.to_string()).or_insert(kernel);
        kept.clone()
    }

    fn kernels(&self) -> MutexGuard<'_, HashMap<String, Kernel>> {
        let kernels = self.kernels.get_or_init(Mutex::default);
        kernels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a kernel is called that is generic over types, which are given by their paths: its own name for `f32`, else with theirs.
pub fn kernel_name(name: &str, types: &[&str]) -> String {
    let types = types
        .iter()
        .map(|path| path.rsplit("::").next().unwrap_or(path));
    let types: Vec<&str> = types.collect();
    match types.iter().all(|ty| *ty == "f32") {
        true => name.to_string(),
        false => format!("{name}_{}", types.join("_")),
    }
}

/// What tells one function that a kernel is built with from others; `None` of a closure that holds values.
pub fn function_key<F: 'static>(function: &F) -> Option<TypeId> {
    (size_of_val(function) == 0).then(TypeId::of::<F>)
}

/// The kernels that are built with given functions.
pub struct CacheOf<'a> {
    cache: &'a KernelCache,
    functions: Option<String>,
}

impl KernelCache {
    /// The kernels for these functions. What a closure holds is not known, so a kernel with one that holds something is built anew.
    pub fn of(&self, functions: &[Option<TypeId>]) -> CacheOf<'_> {
        let known: Option<Vec<TypeId>> = functions.iter().copied().collect();
        CacheOf {
            cache: self,
            functions: known.map(|known| format!("{known:?}")),
        }
    }
}

impl CacheOf<'_> {
    /// The kernel for these constants too.
    pub fn get(&self, constants: &str, build: impl FnOnce() -> Kernel) -> Kernel {
        match &self.functions {
            Some(functions) => self.cache.get(&format!("{constants} {functions}"), build),
            None => build(),
        }
    }
}

/// Stands in for a kernel whose text the macro refused, so that callers draw no errors of their own.
#[track_caller]
pub fn invalid_kernel(name: &str) -> Kernel {
    Recorder::record(name, &[], [1, 1, 1], |h| h.end_if())
}
