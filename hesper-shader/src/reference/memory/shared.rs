//! Places of memory that are written through a shared reference: by one thread, or by several.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering::Relaxed};

/// A place that holds a value.
pub trait SharedPlace<V>: Sized {
    /// A place that holds `value`.
    fn new(value: V) -> Self;

    /// What it holds.
    fn get(&self) -> V;

    /// Replaces what it holds.
    fn set(&self, value: V);

    /// What it held last.
    fn into_inner(self) -> V;
}

impl<V: Copy> SharedPlace<V> for Cell<V> {
    fn new(value: V) -> Self {
        Cell::new(value)
    }

    fn get(&self) -> V {
        Cell::get(self)
    }

    fn set(&self, value: V) {
        Cell::set(self, value);
    }

    fn into_inner(self) -> V {
        Cell::into_inner(self)
    }
}

/// Numbers that several threads may read and write in one buffer. Relaxed atomic loads and stores are plain moves of the machine.
pub trait Shareable: Copy + Send + Sync {
    /// A place that several threads may use at once.
    type Place: SharedPlace<Self> + Send + Sync;
}

macro_rules! atomic_places {
    ($($number:ty, $atomic:ty, $to:expr, $from:expr;)*) => {$(
        impl SharedPlace<$number> for $atomic {
            fn new(value: $number) -> Self {
                <$atomic>::new($to(value))
            }

            fn get(&self) -> $number {
                $from(self.load(Relaxed))
            }

            fn set(&self, value: $number) {
                self.store($to(value), Relaxed);
            }

            fn into_inner(self) -> $number {
                $from(<$atomic>::into_inner(self))
            }
        }

        impl Shareable for $number {
            type Place = $atomic;
        }
    )*};
}

atomic_places! {
    f32, AtomicU32, f32::to_bits, f32::from_bits;
    f64, AtomicU64, f64::to_bits, f64::from_bits;
    u32, AtomicU32, std::convert::identity, std::convert::identity;
    i32, AtomicI32, std::convert::identity, std::convert::identity;
    bool, AtomicBool, std::convert::identity, std::convert::identity;
}

/// The same values as places. Both have one size, so that the allocation stays and nothing is copied.
pub(in crate::reference) fn lend<V, S: SharedPlace<V>>(values: Vec<V>) -> Vec<S> {
    values.into_iter().map(S::new).collect()
}

/// The values back.
pub(in crate::reference) fn give_back<V, S: SharedPlace<V>>(slots: Vec<S>) -> Vec<V> {
    slots.into_iter().map(S::into_inner).collect()
}
