//! The kernel language, construct by construct: each kernel against the same computation in plain Rust.
//!
//! Most kernels read `x[i]` and write a few values, the columns, at `y[i * columns]` and after it. The columns' closures say on the
//! host what each must be.

mod asserted;
mod bits;
mod build_time;
mod control;
mod conversions;
mod elsewhere;
mod floats;
mod functions;
mod generic;
mod groups;
mod halves;
mod integers;
mod labels;
mod lending;
mod matrices;
mod numbered;
mod ranges;
mod sharing;
mod structures;
mod tables;
mod tails;
mod truth;
mod tuples;
mod vectors;
mod workgroups;

use super::Outcome;
use hesper_shader::reference::Options;
use hesper_shader::{Argument, Device, Element, Grid, Kernel, ShaderType, Vec2, Vec3, Vec4};
use std::error::Error;
use std::fmt::Debug;

conformance! {
    asserted: on_the_reference_device_alone;
    bits: counts infinities packed_floats packed_integers ranges_of_bits rotations vectors_of_bits vectors_of_truth;
    build_time: a_kernel_is_built_with_functions integers_are_inferred loops_functions_and_tables what_never_happens_leaves_nothing;
    control: choices_and_order each_lane_its_own_loops helper_functions;
    conversions: componentwise constants of_integers of_reals to_floats;
    elsewhere: fields_of_other_structures;
    floats: a_cast_of_nan_is_zero literals_keep_their_values maxima_leave_nan_out nan_differs_from_itself operators operators_that_assign remainders_have_the_sign_of_the_dividend roundings;
    functions: of_any_sign of_positive_numbers;
    generic: in_f16 in_f32;
    groups: handed_to_helpers;
    halves: arithmetic buffers_of_any_length conversions what_is_stored_is_rounded;
    integers: signed unsigned operators_that_assign constant_operands;
    labels: jumps_and_values loops_left_together;
    lending: places_and_arrays rows_of_workgroup_arrays;
    matrices: come_back of_other_shapes of_three;
    numbered: at_bindings_of_their_own which_are_refused;
    ranges: ends_and_steps ends_are_evaluated_once ways_out;
    sharing: several_levels vectors_and_truth_values;
    structures: arrays_of_arrays atomics_as_fields by_value constants_of_the_host in_buffers of_a_workgroup one_element taken_apart;
    tables: beside_arrays_of_structures of_structures;
    tails: halves_at_the_end lists_of_any_length through_helpers what_does_not_fit;
    truth: names_and_arms operators_and_shortcuts;
    tuples: taken_apart_and_returned;
    vectors: components_by_number components_in_buffers integers reals_and_functions swizzled;
    workgroups: builtin_values scalars shared_memory;
}

/// One lane's input: a scalar, or several as an array, which the kernel sees as a vector.
trait Row: Copy + Debug {
    type Stored: Element + ShaderType;
    fn stored(self) -> Self::Stored;
}

macro_rules! rows {
    ($($row:ty => $stored:ty;)*) => {$(
        impl Row for $row {
            type Stored = $stored;
            fn stored(self) -> $stored {
                self.into()
            }
        }
    )*};
}

rows! {
    f32 => f32; i32 => i32; u32 => u32;
    [f32; 2] => Vec2<f32>; [i32; 2] => Vec2<i32>; [u32; 2] => Vec2<u32>;
    [f32; 3] => Vec3<f32>; [i32; 3] => Vec3<i32>; [u32; 3] => Vec3<u32>;
    [f32; 4] => Vec4<f32>; [i32; 4] => Vec4<i32>; [u32; 4] => Vec4<u32>;
}

/// A value that each lane writes, and how to compute it on the host.
type Column<'a, I, O> = (&'a str, fn(I) -> O);

/// The device, or the reference executor without sanitizer: for what WGSL defines and the sanitizer reports nevertheless, as quotients by
/// zero and workgroup memory that nobody has written.
fn unwatched(device: &Device) -> Device {
    match device.limits() {
        None => Device::reference_with(Options::fast()),
        Some(_) => device.clone(),
    }
}

/// The kernel's WGSL is accepted by independent judges too.
fn judged(kernel: &Kernel) -> Outcome {
    let lowered = kernel.lowered()?;
    for (tool, verdict) in tests::tools::JUDGES {
        let what = format!("{} by {tool}\n{}", kernel.name(), kernel.wgsl()?);
        verdict(lowered)?.require(&what);
    }
    Ok(())
}

/// What a kernel of `x` and `y` writes, `columns` values for each row.
fn run<I: Row, O: Element>(
    device: &Device,
    kernel: &Kernel,
    rows: &[I],
    columns: usize,
) -> Result<Vec<O>, Box<dyn Error>> {
    judged(kernel)?;
    let stored: Vec<_> = rows.iter().map(|row| row.stored()).collect();
    let x = device.upload(&stored)?;
    let mut y = device.zeros::<O>(rows.len() * columns)?;
    let arguments = vec![("x", Argument::read(&x)), ("y", Argument::write(&mut y))];
    kernel.launch_named(device, Grid::cover(rows.len()), arguments)?;
    Ok(y.read()?)
}

/// Every column of every row, exactly.
fn check<I: Row, O: Element + ShaderType>(
    device: &Device,
    kernel: &Kernel,
    rows: &[I],
    columns: &[Column<'_, I, O>],
) -> Outcome {
    let found = run::<I, O>(device, kernel, rows, columns.len())?;
    for (row, found) in rows.iter().zip(found.chunks(columns.len())) {
        for ((text, expected), found) in columns.iter().zip(found) {
            assert_eq!(*found, expected(*row), "{text} at {row:?}");
        }
    }
    Ok(())
}

/// Every ordered pair of the values.
fn pairs<T: Copy>(values: &[T]) -> Vec<[T; 2]> {
    let pair = |a: &T| values.iter().map(|b| [*a, *b]).collect::<Vec<_>>();
    values.iter().flat_map(pair).collect()
}
