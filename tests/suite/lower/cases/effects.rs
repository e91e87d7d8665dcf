//! Atomics, uniform loads, subgroups, local arrays and logs.

use hesper_shader::record::Recorder;
use hesper_shader::record::builtins::*;
use hesper_shader::tree::Tree;
use hesper_shader::{Atomic, Vec2, Vec4};

fn recorded(name: &str, size: [u32; 3], body: impl FnOnce(&Recorder)) -> Tree {
    let kernel = Recorder::record(name, &[], size, body);
    kernel.tree().unwrap_or_else(|e| panic!("{e}")).to_tree()
}

/// Every operation, on both types, in buffers and in workgroup memory of all shapes, also through helpers.
pub(crate) fn atomics() -> Tree {
    recorded("atomics", [64, 1, 1], |h| {
        let count = h.storage_mut::<Atomic<u32>>("count");
        let sums = h.storage_mut::<Atomic<i32>>("sums");
        let y = h.storage_mut::<u32>("y");
        let total = h.workgroup_var::<Atomic<i32>>("total");
        let bins = h.workgroup_array::<Atomic<u32>>("bins", 64);
        let grid = h.workgroup_array2::<Atomic<i32>>("grid", 4, 8);
        let lane = h.bind("lane", h.local_invocation_index());
        let old = h.bind("old", count.at(lane).fetch_add(h.int(1)));
        count.at(old).fetch_sub(h.int(2));
        // Values whose text begins with a minus.
        for least in [-1, i32::MIN] {
            sums.at(lane).fetch_sub(h.int(least));
        }
        sums.at(lane).fetch_sub(-total.load());
        let pair = vec2(total.load(), total.load());
        sums.at(lane).fetch_sub((-pair).x());
        sums.at(lane).fetch_max(h.int(-3));
        sums.at(lane).fetch_min(total.load());
        bins.at(lane).fetch_and(h.int(4));
        bins.at(lane).fetch_or(h.int(5));
        bins.at(lane).fetch_xor(h.int(6));
        grid.at(h.int(1)).at(h.int(2)).swap(sums.at(old).load());
        total.store(h.int(7));
        let (was, exchanged) = count.at(old).compare_exchange_weak(h.int(0), old);
        let (was, exchanged) = (h.bind("was", was), h.bind("exchanged", exchanged));
        h.if_(exchanged);
        h.store(y.at(was), old);
        h.end_if();
        total.compare_exchange_weak(h.int(1), h.int(2));
        let mut call = h.call("tests::bump", "", "bump");
        let (buffer, array) = (call.write_buffer(count), call.workgroup_array(bins));
        if call.enter() {
            buffer.at(h.int(0)).fetch_add(array.at(h.int(1)).load());
        }
        call.finish_unit();
        h.workgroup_barrier();
        h.store(y.at(lane), bins.at(lane).load() + count.len());
    })
}

/// Of a scalar, an element, a row's element and atomics.
pub(crate) fn uniform_loads() -> Tree {
    recorded("uniform_loads", [64, 1, 1], |h| {
        let y = h.storage_mut::<f32>("y");
        let n = h.workgroup_var::<u32>("n");
        let tile = h.workgroup_array::<Vec2<f32>>("tile", 4);
        let rows = h.workgroup_array2::<f32>("rows", 2, 2);
        let count = h.workgroup_array::<Atomic<u32>>("count", 2);
        let lane = h.local_invocation_index();
        h.if_(lane.eq(h.int(0)));
        h.store(n, h.int(2));
        h.end_if();
        let trips = h.bind("trips", h.workgroup_uniform_load(n));
        let i = h.for_("i", h.range(h.int(0), trips));
        // A barrier inside shows that the count is uniform in the eyes of Tint.
        h.workgroup_barrier();
        let pair = h.workgroup_uniform_load(tile.at(i));
        let row = h.workgroup_uniform_load(rows.at(i).at(h.int(1)));
        let whole = h.workgroup_uniform_load(count.at(h.int(1)));
        h.store(y.at(lane), pair.x() + row + whole.cast::<f32>());
        h.end_for();
    })
}

/// Of equal and of listed elements, of scalars, vectors and truth values, in kernels and helpers.
pub(crate) fn local_arrays() -> Tree {
    recorded("local_arrays", [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let i = h.bind("i", h.global_index());
        let sums = h.array_of("sums", x.at(i).get(), 8);
        let listed = h.array_from("listed", &[h.int(3u32), i, x.len()]);
        let seen = h.array_of("seen", h.boolean(false), 3);
        let points = h.array_of("points", splat3(h.float("1.5")), 2);
        h.store(sums.at(listed.at(i).get()), h.float("2"));
        h.store(seen.at(h.int(2)), x.at(i).get().gt(h.float("0")));
        h.store(points.at(h.int(1)).y(), sums.at(h.int(0)).get());
        h.if_(seen.at(listed.len() - h.int(1)).get());
        let mut call = h.call("tests::reversed", "", "reversed");
        let value = call.value("value", points.at(h.int(1)).y().get());
        if call.enter() {
            let pair = h.array_from("pair", &[value, value + value]);
            call.returns(pair.at(h.int(1)).get());
        }
        let second = call.finish::<hesper_shader::Exp<'_, f32>>();
        h.store(y.at(i), second);
        h.end_if();
    })
}

/// Wrapping operators, also of constants, which WGSL must not find to overflow.
pub(crate) fn wrapping() -> Tree {
    recorded("wrapping", [64, 1, 1], |h| {
        let (a, b) = (h.storage_mut::<u32>("a"), h.storage_mut::<i32>("b"));
        let i = h.global_index();
        h.store(
            a.at(i),
            a.at(i).get().wrapping_mul(h.int(1_664_525)).wrapping_add(i),
        );
        h.store(b.at(i), b.at(i).get().wrapping_sub(h.int(i32::MIN)));
        let least = h
            .int(i32::MIN)
            .wrapping_sub(h.int(1))
            .wrapping_mul(h.int(3));
        h.store(b.at(h.int(0)), least);
        let most = splat2(h.int(u32::MAX));
        h.store(a.at(h.int(1)), most.wrapping_add(most).y());
    })
}

/// What only a log reads is not there: neither its length nor its builtin values.
pub(crate) fn logs() -> Tree {
    recorded("logs", [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(y.at(i), h.float("1"));
        h.log_();
        let values = [
            h.logged(x.at(i).get() * h.float("2")),
            h.logged(x.len()),
            h.logged(h.subgroup_size()),
            h.logged(h.local_invocation_id().y()),
        ];
        h.end_log(&["x = ", " of ", ", ", " and ", ""], &values);
        h.end_if();
    })
}

/// Every exchange and every builtin value, the latter in a helper too.
pub(crate) fn subgroups() -> Tree {
    recorded("subgroups", [64, 1, 1], |h| {
        let (x, y) = (h.storage::<f32>("x"), h.storage_mut::<f32>("y"));
        let (m, v) = (h.storage_mut::<u32>("m"), h.storage_mut::<Vec4<i32>>("v"));
        let i = h.bind("i", h.global_index());
        let value = h.bind("value", x.at(i).get());
        let sums = subgroup_add(value) + subgroup_mul(value) + subgroup_min(value);
        let scans = subgroup_inclusive_add(value) * subgroup_exclusive_add(value)
            - subgroup_inclusive_mul(value) / subgroup_exclusive_mul(value);
        let first = subgroup_broadcast_first(value) + subgroup_broadcast(value, 5);
        let lane = h.bind("lane", h.subgroup_invocation_id());
        let moved = subgroup_shuffle(value, lane ^ h.int(1))
            + subgroup_shuffle_up(value, h.int(1u32))
            + subgroup_shuffle_down(value, h.int(2u32))
            + subgroup_shuffle_xor(value, h.int(3u32));
        let quads = quad_broadcast(value, 3)
            + quad_swap_x(value)
            + quad_swap_y(value)
            + quad_swap_diagonal(value);
        h.store(
            y.at(i),
            sums + scans + first + moved + quads + subgroup_max(value),
        );
        let bits = subgroup_and(i) + subgroup_or(i) + subgroup_xor(i);
        let mut call = h.call("tests::places", "", "places");
        if call.enter() {
            call.returns(h.subgroup_size() + h.subgroup_id() + h.num_subgroups());
        }
        let places = call.finish::<hesper_shader::Exp<'_, u32>>();
        h.store(m.at(i), bits + places);
        h.store(v.at(i), subgroup_max(v.at(i).get()));
        let all = subgroup_all(value.gt(h.float("0")));
        let any = subgroup_any(value.lt(h.float("0")));
        let ballot = subgroup_ballot(i.lt(h.int(9)));
        let elected = h.subgroup_elect();
        h.if_(all ^ any ^ elected);
        h.store(m.at(i), ballot.w());
        h.end_if();
    })
}
