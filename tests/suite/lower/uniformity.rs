//! What WGSL refuses because not all invocations may get there: told with the Rust line before any text is written, and as Tint has it.

use hesper_shader::lower::lower;
use hesper_shader::reference::Warning;
use hesper_shader::tree::uniformity;
use hesper_shader::{Device, Error, Grid, Kernel, shader};
use tests::tools::{self, Verdict};

shader! {
    #[workgroup_size(64)]
    fn exchange_of_some_lanes(x: &[f32], y: &mut [f32]) {
        let l = local_invocation_index();
        if l < 40 { y[l] = subgroup_add(x[l]); }
    }
    #[workgroup_size(64)]
    fn exchange_of_a_subgroup(x: &[f32], y: &mut [f32]) {
        let l = local_invocation_index();
        if subgroup_id() == 0 { y[l] = subgroup_add(x[l]); }
    }
    #[workgroup_size(64)]
    fn barrier_of_a_subgroup(y: &mut [f32]) {
        if subgroup_id() == 0 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn barrier_of_some_lanes(y: &mut [f32]) {
        let l = local_invocation_index();
        if l < 40 { y[l] = 1.0; workgroup_barrier(); }
    }
    #[workgroup_size(64)]
    fn barrier_of_a_size(y: &mut [f32], n: u32) {
        if n < y.len() { storage_barrier(); }
        if subgroup_size() == 4 && num_subgroups() > 2 && workgroup_id().x > num_workgroups().y { workgroup_barrier(); }
        y[global_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn rounds_read_from_a_buffer(n: &[u32], y: &mut [f32]) {
        for k in 0..n[0] { workgroup_barrier(); y[local_invocation_index() + k] = 1.0; }
    }
    #[workgroup_size(64)]
    fn rounds_read_from_a_written_buffer(n: &mut [u32], y: &mut [f32]) {
        for k in 0..n[0] { workgroup_barrier(); y[local_invocation_index() + k] = 1.0; }
    }
    #[workgroup_size(64)]
    fn rounds_read_by_lane(n: &[u32], y: &mut [f32]) {
        for k in 0..n[local_invocation_index()] { workgroup_barrier(); y[k] = 1.0; }
    }
    #[workgroup_size(64)]
    fn rounds_of_workgroup_memory(y: &mut [f32]) {
        let n = workgroup::<u32>();
        n = 3;
        workgroup_barrier();
        for k in 0..n { workgroup_barrier(); y[k] = 1.0; }
    }
    #[workgroup_size(64)]
    fn rounds_of_a_uniform_load(y: &mut [f32]) {
        let n = workgroup::<u32>();
        if local_invocation_index() == 0 { n = 3; }
        for k in 0..workgroup_uniform_load(n) { workgroup_barrier(); y[k] = 1.0; }
    }
    #[workgroup_size(64)]
    fn uniform_load_by_lane(y: &mut [f32]) {
        let t = workgroup::<[f32; 64]>();
        let l = local_invocation_index();
        y[l] = workgroup_uniform_load(t[l]);
    }
    #[workgroup_size(64)]
    fn after_a_return_of_some(y: &mut [f32]) {
        let l = local_invocation_index();
        if l > 40 { return; }
        workgroup_barrier();
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn after_a_return_of_all(y: &mut [f32], n: u32) {
        if n > 40 { return; }
        workgroup_barrier();
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn after_a_break_of_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        for k in 0..n { if l == k { break; } y[l] += 1.0; }
        workgroup_barrier();
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn before_a_break_of_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        for k in 0..n { workgroup_barrier(); if l == k { break; } y[l] += 1.0; }
    }
    #[workgroup_size(64)]
    fn before_a_continue_of_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        for k in 0..n { workgroup_barrier(); if l == k { continue; } y[l] += 1.0; }
    }
    #[workgroup_size(64)]
    fn after_a_loop_with_returns(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let mut k = 0;
        loop { if k > n { break; } if l == k { return; } k += 1; }
        workgroup_barrier();
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_variable_set_by_some(y: &mut [f32]) {
        let l = local_invocation_index();
        let mut k = 0;
        if l < 3 { k = 1; k = 0; }
        if k == 0 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_variable_set_again_by_all(y: &mut [f32]) {
        let l = local_invocation_index();
        let mut k = 0;
        if l < 3 { k = 1; }
        y[l] = k as f32;
        k = 2;
        if k == 2 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_variable_that_differs_later(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let mut k = 0;
        for i in 0..n { if k > 3 { workgroup_barrier(); } k = l + i; }
        y[l] = k as f32;
    }
    #[workgroup_size(64)]
    fn part_of_a_vector(y: &mut [f32]) {
        let l = local_invocation_index();
        let mut v = vec2(0, 0);
        v.x = l;
        if v.y == 0 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn an_element_of_an_array(y: &mut [f32]) {
        let l = local_invocation_index();
        let mut a = [0, 0];
        a[0] = l;
        if a[1] == 0 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_choice(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let k = if n > 3 { n } else { 7 };
        if k > 4 || n == 2 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_choice_of_each(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let k = if n > 3 { n } else { l };
        if n == 2 && k > 4 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_distance_of_each(x: &[f32], y: &mut [f32]) {
        let l = local_invocation_index();
        y[l] = subgroup_shuffle_down(x[l], l);
    }
    #[workgroup_size(64)]
    fn a_distance_of_each_subgroup(x: &[f32], y: &mut [f32]) {
        let l = local_invocation_index();
        y[l] = subgroup_shuffle_xor(x[l], subgroup_id() & 1) + subgroup_shuffle(x[l], l & 1);
    }
    #[workgroup_size(64)]
    fn a_vote_of_all(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if subgroup_any(n > 3) { y[l] = subgroup_add(1.0); }
    }
    #[workgroup_size(64)]
    fn a_vote_of_lanes(y: &mut [f32]) {
        let l = local_invocation_index();
        if subgroup_any(l > 3) { y[l] = subgroup_add(1.0); }
    }
    #[workgroup_size(64)]
    fn a_sum_of_all_before_a_barrier(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if subgroup_add(n) > 3 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_scan(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if subgroup_inclusive_add(n) > 3 { y[l] = subgroup_add(1.0); }
    }
    #[workgroup_size(64)]
    fn an_atomic_decides(y: &mut [f32], c: &mut [Atomic<u32>]) {
        let l = local_invocation_index();
        if c[0].fetch_add(1) > 3 { y[l] = subgroup_add(1.0); }
    }
    #[workgroup_size(64)]
    fn elected(y: &mut [f32]) {
        let l = local_invocation_index();
        if subgroup_elect() { y[l] = subgroup_add(1.0); }
    }
    #[workgroup_size(64)]
    fn a_quad_in_a_branch(y: &mut [f32]) {
        let l = local_invocation_index();
        if l % 4 == 0 { y[l] = quad_swap_x(1.0); }
    }
    #[workgroup_size(64)]
    fn a_match_of_a_size(y: &mut [f32], n: u32) {
        match n { 0 => workgroup_barrier(), 1 | 2 => storage_barrier(), _ => {} }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_match_of_each(y: &mut [f32]) {
        match local_invocation_index() { 0 => workgroup_barrier(), 1 | 2 => storage_barrier(), _ => {} }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn after_a_labelled_block_left_by_some(y: &mut [f32]) {
        let l = local_invocation_index();
        'a: { if l > 3 { break 'a; } y[l] = 1.0; }
        workgroup_barrier();
    }
    #[workgroup_size(64)]
    fn in_a_labelled_block_left_by_some(y: &mut [f32]) {
        let l = local_invocation_index();
        'a: { if l > 3 { break 'a; } workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn an_outer_loop_left_by_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        'outer: for i in 0..n { for k in 0..n { if l == k { break 'outer; } } workgroup_barrier(); y[i] = 1.0; }
    }
    #[workgroup_size(64)]
    fn an_inner_loop_left_by_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        for i in 0..n { for k in 0..n { if l == k { break; } } workgroup_barrier(); y[i] = 1.0; }
    }
    #[workgroup_size(64)]
    fn rounds_while_a_load_says(y: &mut [f32]) {
        let n = workgroup::<u32>();
        while workgroup_uniform_load(n) < 3 {
            workgroup_barrier();
            if local_invocation_index() == 0 { n += 1; }
        }
        y[0] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_value_that_a_loop_gives(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let mut k = 0;
        let m = loop { k += n + 1; if k > 9 { break k; } };
        if m > 12 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_value_that_a_loop_gives_each(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        let mut k = l;
        let m = loop { k += n + 1; if k > 9 { break n; } };
        if m > 12 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_shorter_way_of_a_condition(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if n > 3 && l > 2 { y[l] = 2.0; } else { y[l] = 1.0; }
        workgroup_barrier();
    }
    #[workgroup_size(64)]
    fn a_return_of_all_under_one_of_some(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if l > 3 { if n > 3 { return; } }
        workgroup_barrier();
        y[l] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_scalar_of_the_kernel_changed_by_all(y: &mut [f32], mut n: u32) {
        n += 1;
        if n > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_scalar_of_the_kernel_changed_by_some(y: &mut [f32], mut n: u32) {
        if local_invocation_index() > 3 { n += 1; }
        if n > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn an_exchange_decides(y: &mut [f32], c: &mut [Atomic<u32>]) {
        let (_, exchanged) = c[0].compare_exchange_weak(0, 1);
        if exchanged { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_ballot_of_all(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if subgroup_ballot(n > 3).x > 0 { y[l] = subgroup_max(1.0); }
    }
    #[workgroup_size(64)]
    fn a_lane_that_is_broadcast(y: &mut [f32], n: u32) {
        let l = local_invocation_index();
        if subgroup_broadcast_first(l) > n { y[l] = subgroup_max(1.0); }
    }
    #[workgroup_size(64)]
    fn a_position(y: &mut [f32]) {
        if global_invocation_id().y > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn an_element_at_a_size(x: &[u32], y: &mut [f32], n: u32) {
        if x[n + workgroup_id().x] > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_pair_of_which_one_differs(y: &mut [f32], n: u32) {
        let (m, l) = (n, local_invocation_index());
        if m > 3 { workgroup_barrier(); }
        y[l] = 1.0;
    }
    fn set(a: &mut u32, b: u32) { *a = b; }
    #[workgroup_size(64)]
    fn a_variable_that_a_helper_sets(y: &mut [f32], n: u32) {
        let mut k = 0;
        set(&mut k, n);
        if k > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn a_variable_that_a_helper_sets_each(y: &mut [f32]) {
        let mut k = 0;
        set(&mut k, local_invocation_index());
        if k > 3 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }

    fn step_of(t: &mut [f32; 64], l: u32, on: bool) -> f32 {
        if on { workgroup_barrier(); }
        t[l]
    }
    fn twice(t: &mut [f32; 64], l: u32, on: bool) -> f32 { step_of(t, l, on) + step_of(t, 0, on) }
    fn least(l: u32, n: u32) -> u32 { if n > 3 { return l; } n }
    #[workgroup_size(64)]
    fn a_helper_told_by_a_size(y: &mut [f32], n: u32) {
        let t = workgroup::<[f32; 64]>();
        let l = local_invocation_index();
        y[l] = twice(t, l, n > 3);
    }
    #[workgroup_size(64)]
    fn a_helper_told_by_each(y: &mut [f32]) {
        let t = workgroup::<[f32; 64]>();
        let l = local_invocation_index();
        y[l] = twice(t, l, l > 3);
    }
    #[workgroup_size(64)]
    fn a_helper_called_by_some(y: &mut [f32], n: u32) {
        let t = workgroup::<[f32; 64]>();
        let l = local_invocation_index();
        if l < 7 { y[l] = twice(t, l, n > 3); }
    }
    #[workgroup_size(64)]
    fn what_a_helper_gives(y: &mut [f32], n: u32) {
        if least(n, n) > 2 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn what_a_helper_gives_each(y: &mut [f32], n: u32) {
        if least(local_invocation_index(), n) > 2 { workgroup_barrier(); }
        y[local_invocation_index()] = 1.0;
    }
    #[workgroup_size(64)]
    fn what_a_helper_gives_a_subgroup(y: &mut [f32], n: u32) {
        if least(subgroup_id(), n) > 2 { y[local_invocation_index()] = subgroup_add(1.0); }
    }
}

/// Each kernel, and words of what is told of it: none where it is accepted.
#[rustfmt::skip]
fn cases() -> Vec<(Kernel, &'static [&'static str])> {
    const LANE: &str = "depends on `local_invocation_index()`";
    const WORKGROUP: &str = "must be reached by all invocations of a workgroup";
    const SUBGROUP: &str = "must be reached by all invocations of a subgroup";
    vec![
        (exchange_of_some_lanes(), &["`subgroup_add` must", SUBGROUP, LANE, "choose what each one gives"]),
        (exchange_of_a_subgroup(), &[]),
        (barrier_of_a_subgroup(), &[WORKGROUP, "depends on `subgroup_id()`"]),
        (barrier_of_some_lanes(), &["`workgroup_barrier` must", WORKGROUP, LANE]),
        (barrier_of_a_size(), &[]),
        (rounds_read_from_a_buffer(), &[]),
        (rounds_read_from_a_written_buffer(), &[WORKGROUP, "what `n` holds", "`n: &[T]`"]),
        (rounds_read_by_lane(), &[WORKGROUP, LANE]),
        (rounds_of_workgroup_memory(), &[WORKGROUP, "what `n` holds", "`workgroup_uniform_load"]),
        (rounds_of_a_uniform_load(), &[]),
        (uniform_load_by_lane(), &["the place of `workgroup_uniform_load` must be the same", LANE]),
        (after_a_return_of_some(), &[WORKGROUP, LANE]),
        (after_a_return_of_all(), &[]),
        (after_a_break_of_some(), &[]),
        (before_a_break_of_some(), &[WORKGROUP, LANE]),
        (before_a_continue_of_some(), &[WORKGROUP, LANE]),
        (after_a_loop_with_returns(), &[WORKGROUP, LANE]),
        (a_variable_set_by_some(), &[WORKGROUP, LANE]),
        (a_variable_set_again_by_all(), &[]),
        (a_variable_that_differs_later(), &[WORKGROUP, LANE]),
        (part_of_a_vector(), &[WORKGROUP, LANE]),
        (an_element_of_an_array(), &[WORKGROUP, LANE]),
        (a_choice(), &[]),
        (a_choice_of_each(), &[WORKGROUP, LANE]),
        (a_distance_of_each(), &["the distance or mask of `subgroup_shuffle_down` must be the same", LANE]),
        (a_distance_of_each_subgroup(), &[]),
        (a_vote_of_all(), &[]),
        (a_vote_of_lanes(), &[SUBGROUP, LANE]),
        (a_sum_of_all_before_a_barrier(), &[WORKGROUP, "the result of `subgroup_add`"]),
        (a_scan(), &[SUBGROUP, "the result of `subgroup_inclusive_add`"]),
        (an_atomic_decides(), &[SUBGROUP, "what the atomic `c` held"]),
        (elected(), &[SUBGROUP, "depends on `subgroup_invocation_id()`"]),
        (a_quad_in_a_branch(), &[SUBGROUP, LANE]),
        (a_helper_told_by_a_size(), &[]),
        (a_helper_told_by_each(), &[WORKGROUP, LANE]),
        (a_helper_called_by_some(), &[WORKGROUP, LANE]),
        (what_a_helper_gives(), &[]),
        (what_a_helper_gives_each(), &[WORKGROUP, LANE]),
        (what_a_helper_gives_a_subgroup(), &[]),
        (a_match_of_a_size(), &[]),
        (a_match_of_each(), &[WORKGROUP, LANE]),
        (after_a_labelled_block_left_by_some(), &[]),
        (in_a_labelled_block_left_by_some(), &[WORKGROUP, LANE]),
        (an_outer_loop_left_by_some(), &[WORKGROUP, LANE]),
        (an_inner_loop_left_by_some(), &[]),
        (rounds_while_a_load_says(), &[]),
        (a_value_that_a_loop_gives(), &[]),
        (a_value_that_a_loop_gives_each(), &[WORKGROUP, LANE]),
        (a_shorter_way_of_a_condition(), &[]),
        (a_return_of_all_under_one_of_some(), &[WORKGROUP, LANE]),
        (a_scalar_of_the_kernel_changed_by_all(), &[]),
        (a_scalar_of_the_kernel_changed_by_some(), &[WORKGROUP, LANE]),
        (an_exchange_decides(), &[WORKGROUP, "what the atomic `c` held"]),
        (a_ballot_of_all(), &[]),
        (a_lane_that_is_broadcast(), &[SUBGROUP, LANE]),
        (a_position(), &[WORKGROUP, "`global_invocation_id()`"]),
        (an_element_at_a_size(), &[]),
        (a_pair_of_which_one_differs(), &[]),
        (a_variable_that_a_helper_sets(), &[]),
        (a_variable_that_a_helper_sets_each(), &[WORKGROUP, LANE]),
    ]
}

#[test]
fn what_tint_refuses_is_told_before_it_sees_it() {
    let mut seen = 0;
    for (kernel, words) in cases() {
        let name = kernel.name().to_string();
        let tree = kernel.tree().unwrap();
        let text = kernel.wgsl().map(str::to_string);
        match (&text, words) {
            (Ok(_), []) => {}
            (Err(Error::Kernel(error)), [_, ..]) => {
                let told = error.to_string();
                for word in words {
                    assert!(told.contains(word), "{name}: no {word:?} in {told}");
                }
                // The line of the statement and that of the cause, both of this file.
                assert!(told.matches(file!()).count() >= 3, "{told}");
            }
            (text, words) => panic!("{name}: {text:?} for {words:?}"),
        }
        // The text as it would be.
        let written = lower(tree).unwrap().wgsl().unwrap();
        match tools::tint(&written) {
            Verdict::Absent(_) => {}
            verdict => {
                seen += 1;
                let accepted = matches!(verdict, Verdict::Accepted);
                assert_eq!(accepted, words.is_empty(), "{name}: {verdict:?}\n{written}");
            }
        }
    }
    if seen == 0 {
        tests::tell("SKIPPED: Tint does not run, so nobody compares its verdicts on uniformity");
    }
}

#[test]
fn a_kernel_that_wgsl_refuses_runs_on_the_reference_device_with_a_warning() {
    // In this run nobody parts: the size of subgroups divides 40.
    let device = Device::reference_with(hesper_shader::reference::Options {
        subgroup_size: 8,
        ..Default::default()
    });
    let x = device.upload(&[1.0; 64]).unwrap();
    let mut y = device.zeros::<f32>(64).unwrap();
    let args = exchange_of_some_lanes::Args { x: &x, y: &mut y };
    exchange_of_some_lanes()
        .launch(&device, Grid::cover(64), args)
        .unwrap();
    assert_eq!(y.read().unwrap()[39..41], [8.0, 0.0]);
    let warnings = device.take_outcome().warnings;
    let [Warning::NotUniform { loc, problem, .. }] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    let told = uniformity::check(exchange_of_some_lanes().tree().unwrap()).unwrap_err();
    assert_eq!((told[0].loc, &told[0].kind), (*loc, &**problem));
}
