//! Which names are bound where, and what may be done with each.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// What a name stands for inside a kernel. A name that no scope knows is the host's: a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// `let x`: a value.
    Let,
    /// A by-value parameter: a value.
    Param,
    /// The variable of a `for`: a value.
    Loop,
    /// `let mut x` or a `mut` parameter: a variable.
    Mut,
    /// `x: &[T]`.
    ReadBuffer,
    /// `x: &mut [T]`.
    WriteBuffer,
    /// `let t = workgroup::<[T; N]>()`.
    WorkgroupArray,
    /// `let t = workgroup::<T>()`.
    WorkgroupVar,
    /// `x: &mut [Atomic<T>]`.
    AtomicBuffer,
    /// `let t = workgroup::<[Atomic<T>; N]>()`.
    AtomicArray,
    /// `let t = workgroup::<Atomic<T>>()`.
    AtomicVar,
    /// `let mut a = [0.0; N]`.
    LocalArray,
    /// A parameter `a: &[T; N]`.
    ReadArray,
    /// A parameter `a: &mut T`.
    Reference,
    /// A parameter `a: &T` of a kernel.
    ReadReference,
    /// A const generic or `#[comptime]` parameter.
    Host,
    /// The variable of an unrolled `for`: a value, and one of the host.
    Unrolled,
    /// A parameter `f: impl Fn(A) -> B`.
    Function,
    /// Bound by a line that was in error; nothing more is said about it.
    Unknown,
}

impl Binding {
    /// Whether the name is a memory that only an index reaches into.
    pub(crate) fn is_indexable(self) -> bool {
        matches!(
            self,
            Binding::ReadBuffer
                | Binding::WriteBuffer
                | Binding::WorkgroupArray
                | Binding::AtomicBuffer
                | Binding::AtomicArray
                | Binding::LocalArray
                | Binding::ReadArray
        )
    }

    /// Whether helpers are handed it by its name.
    pub(crate) fn is_handed_on(self) -> bool {
        self.is_indexable() && self != Binding::LocalArray
    }

    /// Whether the host knows it when the kernel is built.
    pub(crate) fn is_host(self) -> bool {
        matches!(self, Binding::Host | Binding::Unrolled)
    }

    /// Whether the name refers to a place.
    pub(crate) fn is_reference(self) -> bool {
        matches!(self, Binding::Reference | Binding::ReadReference)
    }

    /// Whether only methods of atomics read and write it.
    pub(crate) fn is_atomic(self) -> bool {
        matches!(
            self,
            Binding::AtomicBuffer | Binding::AtomicArray | Binding::AtomicVar
        )
    }

    /// Whether the name is memory that could have been declared atomic.
    pub(crate) fn is_memory(self) -> bool {
        self.is_indexable() || self.is_variable() || self.is_reference()
    }

    /// Whether it is shared by a workgroup.
    pub(crate) fn is_workgroup(self) -> bool {
        matches!(
            self,
            Binding::WorkgroupArray
                | Binding::WorkgroupVar
                | Binding::AtomicArray
                | Binding::AtomicVar
        )
    }

    /// Whether the name itself is a place.
    pub(crate) fn is_variable(self) -> bool {
        matches!(
            self,
            Binding::Mut | Binding::WorkgroupVar | Binding::AtomicVar
        )
    }
}

/// The lexical scopes around the line being checked, innermost last.
#[derive(Default)]
pub(crate) struct Scope {
    bound: Vec<(String, Binding)>,
    starts: Vec<usize>,
}

impl Scope {
    /// Opens a block.
    pub(crate) fn enter(&mut self) {
        self.starts.push(self.bound.len());
    }

    /// Closes the innermost block and forgets its names.
    pub(crate) fn leave(&mut self) {
        self.bound.truncate(self.starts.pop().unwrap_or(0));
    }

    /// Binds a name from here to the end of the block; it may shadow.
    pub(crate) fn bind(&mut self, name: &Ident, binding: Binding) {
        self.bound.push((name.unraw().to_string(), binding));
    }

    /// What the name means here, `None` for a name of the host.
    pub(crate) fn find(&self, name: &Ident) -> Option<Binding> {
        let name = name.unraw();
        let found = self.bound.iter().rev().find(|(bound, _)| name == bound);
        found.map(|(_, binding)| *binding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    #[test]
    fn inner_names_shadow_and_are_forgotten() {
        let (x, y) = (format_ident!("x"), format_ident!("r#y"));
        let mut scope = Scope::default();
        scope.enter();
        scope.bind(&x, Binding::Let);
        scope.enter();
        scope.bind(&x, Binding::Mut);
        scope.bind(&y, Binding::Loop);
        assert_eq!(scope.find(&x), Some(Binding::Mut));
        assert_eq!(scope.find(&format_ident!("y")), Some(Binding::Loop));
        scope.leave();
        assert_eq!(scope.find(&x), Some(Binding::Let));
        assert_eq!(scope.find(&y), None);
    }
}
