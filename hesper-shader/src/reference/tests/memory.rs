//! Workgroup memory and barriers.

use super::{fault, record, run_f32, run_unwatched};
use crate::reference::{Binding, Fault};
use crate::{Kernel, Memory};

/// The sum of each workgroup's 64 elements, as a tree.
pub(super) fn reduction(barriers: bool) -> Kernel {
    record([64, 1, 1], |h| {
        let (x, sums) = (h.storage::<f32>("x"), h.storage_mut::<f32>("sums"));
        let tile = h.workgroup_array::<f32>("tile", 64);
        let (i, l) = (h.global_index(), h.local_invocation_index());
        h.store(tile.at(l), x.at(i).get());
        h.workgroup_barrier();
        let stride = h.var("stride", h.int(32u32));
        h.loop_();
        h.while_(stride.get().gt(h.int(0u32)));
        h.if_(l.lt(stride.get()));
        h.store(
            tile.at(l),
            tile.at(l).get() + tile.at(l + stride.get()).get(),
        );
        h.end_if();
        if barriers {
            h.workgroup_barrier();
        }
        h.store(stride, stride.get() / h.int(2u32));
        h.end_loop();
        h.if_(l.eq(h.int(0u32)));
        h.store(sums.at(h.workgroup_index()), tile.at(h.int(0u32)).get());
        h.end_if();
    })
}

#[test]
fn a_tree_reduction_sums_each_workgroup() {
    let x = Memory::F32((0..320).map(|i| i as f32).collect());
    let mut sums = Memory::F32(vec![0.0; 5]);
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut sums)];
    assert_eq!(run_f32(&reduction(true), [5, 1, 1], &mut bindings), Ok(()));
    let sum = |g: u32| (g * 64..(g + 1) * 64).map(|i| i as f32).sum();
    assert_eq!(sums, Memory::F32((0..5).map(sum).collect()));
}

#[test]
fn arrays_of_arrays_transpose() {
    let kernel = record([4, 4, 1], |h| {
        let (x, y) = (h.storage::<u32>("x"), h.storage_mut::<u32>("y"));
        let tile = h.workgroup_array2::<u32>("tile", 4, 4);
        let l = h.local_invocation_id();
        let i = h.global_index();
        h.store(tile.at(l.y()).at(l.x()), x.at(i).get());
        h.workgroup_barrier();
        h.store(y.at(i), tile.at(l.x()).at(l.y()).get());
    });
    let x = Memory::U32((0..32).collect());
    let mut y = Memory::U32(vec![0; 32]);
    let mut bindings = [Binding::Read(&x), Binding::Write(&mut y)];
    assert_eq!(run_f32(&kernel, [2, 1, 1], &mut bindings), Ok(()));
    let transposed = |i: u32| i / 16 * 16 + i % 4 * 4 + i / 4 % 4;
    assert_eq!(y, Memory::U32((0..32).map(transposed).collect()));
}

#[test]
fn workgroup_memory_is_zero_at_the_start_of_each_workgroup() {
    let kernel = record([2, 1, 1], |h| {
        let out = h.storage_mut::<u32>("out");
        let seen = h.workgroup_array::<bool>("seen", 2);
        let count = h.workgroup_var::<crate::Vec2<u32>>("count");
        let (i, l) = (h.global_index(), h.local_invocation_index());
        h.store(out.at(i), seen.at(l).get().cast::<u32>() + count.y().get());
        h.store(seen.at(l), h.boolean(true));
        h.workgroup_barrier();
        h.if_(l.eq(h.int(0u32)));
        h.store(count.y(), h.int(10u32));
        h.end_if();
    });
    let mut out = Memory::U32(vec![9; 6]);
    assert_eq!(
        run_unwatched(&kernel, [3, 1, 1], &mut [Binding::Write(&mut out)]),
        Ok(())
    );
    assert_eq!(out, Memory::U32(vec![0; 6]));
    let error = fault(&kernel, [3, 1, 1], &mut [Binding::Write(&mut out)]);
    assert!(matches!(error.fault, Fault::Unwritten { place, .. } if place == "seen[0]"));
}

#[test]
fn vectors_in_buffers_keep_their_components() {
    let kernel = record([4, 1, 1], |h| {
        let x = h.storage_mut::<crate::Vec3<i32>>("x");
        let i = h.global_index();
        let v = x.at(i).get();
        h.store(x.at(i).y(), v.x() + v.z());
        h.if_(i.eq(h.int(2u32)));
        h.store(x.at(i), v + v);
        h.end_if();
    });
    let mut x = Memory::I32((0..12).collect());
    assert_eq!(
        run_f32(&kernel, [1, 1, 1], &mut [Binding::Write(&mut x)]),
        Ok(())
    );
    let expected = vec![0, 2, 2, 3, 8, 5, 12, 14, 16, 9, 20, 11];
    assert_eq!(x, Memory::I32(expected));
}
