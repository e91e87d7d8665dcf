//! One suite for every device: each case is written once and run on all of them.
//!
//! The reference executor is always there. A GPU, or a software driver, is taken where there is one; where there is none, a line on
//! stderr says which cases were skipped and why. `HESPER_REQUIRE_GPU=1` makes that a failure.

/// A test on each device for each case.
macro_rules! conformance {
    ($($topic:ident: $($case:ident)*;)*) => {
        mod reference {
            $(mod $topic {
                $(#[test]
                fn $case() -> crate::conformance::Outcome {
                    crate::conformance::on_reference(super::super::$topic::$case)
                })*
            })*
        }

        mod gpu {
            $(mod $topic {
                $(#[test]
                fn $case() -> crate::conformance::Outcome {
                    crate::conformance::on_gpu(super::super::$topic::$case)
                })*
            })*
        }
    };
}

mod atomics;
mod grids;
mod language;
mod launches;
mod limits;
mod memory;
mod plans;
mod subgroups;

use hesper_shader::Device;
use std::error::Error;

/// What a case returns.
type Outcome = Result<(), Box<dyn Error>>;

conformance! {
    atomics: an_exchange_is_tried_until_it_succeeds each_gets_what_was_there reals_are_kept_as_bits updates_are_one_step workgroup_memory_has_atomics;
    grids: a_grid_split_over_two_dimensions_reaches_every_element an_exact_grid_in_three_dimensions
        an_empty_grid_runs_nothing as_many_workgroups_as_a_buffer_says long_loops_end_as_told;
    launches: a_scalar_of_each_type arguments_that_do_not_fit buffers_of_another_device empty_buffers
        launches_happen_in_order relu_on_awkward_lengths the_same_buffer_read_twice vectors_of_each_size;
    limits: every_limit_is_checked_before_the_dispatch;
    memory: contents_come_back_as_they_were_sent contents_of_another_length_are_refused
        new_buffers_are_zero too_large_buffers_are_refused;
    plans: a_plan_with_a_temporary a_run_must_be_given_what_it_needs atomics_write_slots outputs_start_as_zeros scalars_are_given_at_each_run
        steps_see_what_earlier_steps_wrote;
    subgroups: local_arrays_are_indexed_at_run_time one_decides_for_a_workgroup values_are_combined values_are_shuffled;
}

/// Runs a case on the reference executor, which must not even find it suspicious.
fn on_reference(case: fn(&Device) -> Outcome) -> Outcome {
    let device = Device::reference();
    case(&device)?;
    match device.take_outcome().warnings.first() {
        Some(warning) => Err(warning.to_string().into()),
        None => Ok(()),
    }
}

/// Runs a case on the GPU of this process; where there is none, that is said once for the whole suite.
fn on_gpu(case: fn(&Device) -> Outcome) -> Outcome {
    tests::gpu("the conformance suite").map_or(Ok(()), case)
}

/// Says that a case was not run, and why.
fn skip(case: &str, reason: &str) {
    tests::tell(&format!("SKIPPED: {case}: {reason}"));
}

/// The message of an error that must be there.
fn message<T, E: Error>(result: Result<T, E>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "no error".to_string())
}
