//! The table, by what is wrong and by who refuses it.

mod exact;
mod kernels;
mod others;
mod right;
mod specs;

pub(super) use exact::TIES;

use super::hold;

#[test]
fn wrong_vjps_of_softmax_are_refused() {
    hold(specs::OF_SOFTMAX);
}

#[test]
fn wrong_vjps_are_refused() {
    hold(specs::VJPS);
}

#[test]
fn vjps_that_are_wrong_at_kinks_are_refused() {
    hold(specs::KINKS);
}

#[test]
fn wrong_decisions_are_refused_where_the_field_has_no_formula() {
    hold(exact::DECIDED);
}

#[test]
fn guards_and_what_is_right_to_a_rounding_pass() {
    hold(right::GUARDS);
}

#[test]
fn specs_that_do_not_fit_are_told_once() {
    hold(specs::UNFIT);
}

#[test]
fn wrong_kernels_of_the_catalogue_are_refused() {
    hold(kernels::OF_THE_CATALOGUE);
}

#[test]
fn wrong_kernels_are_refused() {
    hold(kernels::OF_OTHERS);
}

#[test]
fn kernels_that_are_right_up_to_some_size_are_refused() {
    hold(kernels::FAR);
}

#[test]
fn kernels_that_are_wrong_at_some_sizes_are_refused() {
    hold(kernels::SIZES);
}

#[test]
fn kernels_that_are_wrong_where_no_run_goes_do_not_pass() {
    hold(kernels::UNSEEN);
}

#[test]
fn kernels_that_are_wrong_at_the_largest_sizes_are_refused() {
    hold(kernels::LARGEST);
}

#[test]
fn kernels_that_are_wrong_at_some_numbers_are_refused() {
    hold(kernels::EDGES);
}

#[test]
fn kernels_that_lose_digits_are_refused() {
    hold(kernels::DIGITS);
}

#[test]
fn plans_that_make_no_sense_are_refused() {
    hold(kernels::PLANS);
}

#[test]
fn what_is_slightly_wrong_is_refused_exactly() {
    hold(exact::MORE);
}

#[test]
fn rewritings_pass_exactly() {
    hold(right::EXACTLY);
}

#[test]
fn right_ops_pass_by_numbers() {
    hold(right::BY_NUMBERS);
}

#[test]
fn other_judges_see_what_they_can() {
    hold(others::WITNESSED);
}
