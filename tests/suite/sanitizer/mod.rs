//! The sanitizer against kernels with one mistake each.
//!
//! A kernel takes the number of its fault as a constant: 0 is the correct one, which must run without a word, and every other is a small
//! change to it, which must be found, at the lines and by the invocations that its [row](table) says.

/// The kernel with a fault: `with_fault!(fault, sum: 0 1 2 3)`.
macro_rules! with_fault {
    ($fault:expr, $kernel:ident: $($n:literal)*) => {
        match $fault {
            $($n => $kernel::<$n>(),)*
            other => panic!("no fault {other}"),
        }
    };
}

mod buffers;
mod counts;
mod examples;
mod exchange;
mod findings;
mod indices;
mod lookback;
mod matmul;
mod norm;
mod page;
mod partings;
mod reduction;
mod scan;
mod scatter;
mod shuffles;
mod softmax;
mod subgroups;
mod table;
mod tiles;
mod told;
mod transpose;

use table::Kernel;

/// All kernels, one line for each.
const KERNELS: &[Kernel] = &[
    buffers::STREAM,
    counts::HISTOGRAM,
    counts::LOCKED,
    exchange::NEIGHBOURS,
    indices::SHIFT,
    lookback::LOOKBACK,
    matmul::MATMUL,
    norm::LAYER_NORM,
    partings::PARTED,
    reduction::SUM,
    scan::SCAN,
    scatter::SCATTER,
    shuffles::SHUFFLED,
    softmax::SOFTMAX,
    subgroups::SUBGROUP_SUM,
    tiles::STENCIL,
    transpose::IN_PLACE,
    transpose::TRANSPOSE,
];

#[test]
fn correct_kernels_run_without_a_word() {
    let amiss: Vec<String> = KERNELS.iter().flat_map(Kernel::check_correct).collect();
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    assert!(KERNELS.len() >= 18, "{} kernels", KERNELS.len());
}

#[test]
fn each_mistake_is_found_where_it_is() {
    let checked = KERNELS.iter().map(Kernel::check_faults);
    let (counts, amiss): (Vec<usize>, Vec<Vec<String>>) = checked.unzip();
    let amiss = amiss.concat();
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    let all: usize = counts.iter().sum();
    assert!(
        all >= 156 && counts.iter().all(|n| *n > 0),
        "{counts:?} faulty kernels"
    );
}
