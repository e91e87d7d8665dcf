//! `docs/sanitizer.md` is made of the definitions here, the examples beside, and what the executor reports of them;
//! `HESPER_UPDATE=1 cargo test -p tests sanitizer` writes it anew.

use super::examples;
use super::findings::found;
use hesper_shader::Device;
use hesper_shader::reference::Options;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

const HEAD: &str = "\
# What the reference executor looks for

A GPU hides its mistakes: a race that works today, a write past the end that lands somewhere harmless, a barrier that half the workgroup skips. The reference
executor makes each of them an error with its Rust line. `Device::reference()`, and `Device::auto()` where there is no GPU, look for all of this; so do
`Plan::run_in` and the checks of `hesper-ad`. `Device::reference_with(Options::fast())` does not: what remains then is what stops any run, that is
indices out of bounds, divergent barriers and endless loops.

An error stops the run at the first finding. A warning does not: `Device::take_outcome` hands them out. Each report says what is wrong, on which line,
which invocation meets it, and what to do. What a run had told until an error, its trace, logs and warnings, is in `ExecError::so_far` and in
`Device::take_outcome`, for it is then that one wants them.
This page is written by the tests: each report below is what its example prints.
";

/// A finding's name, its heading and its definition.
const FINDINGS: [(&str, &str, &str); 17] = [
    ("race", "Data race", "Two accesses to one element by different invocations, at least one of them a write, that nothing orders. `workgroup_barrier` orders
accesses to workgroup memory within a workgroup, `storage_barrier` those to storage, and nothing orders workgroups of one dispatch. Accesses are
judged by what orders them, not by the order in which the executor happens to do them: a kernel that works here, in lockstep, is not thereby
right. An atomic access and a plain one to the same element would race as well, but atomic variables are reached atomically alone:
anything else is refused when the kernel is built."),
    ("same value", "Writes of one value", "As a race of two writes, but both write the same value. Most devices do what is meant; WGSL calls it a data race all the same, and promises nothing. Where any\ninvocation may write it, `#[any_order(\"why\")]` before the buffer or the kernel says so: [any order is right](#result-that-depends-on-order)."),
    ("out of bounds", "Out of bounds", "An index that is not below the length of the buffer or array, before anything is clamped. The length is the logical one, not that
of a padded binding. Of two dimensions, `tile[3]` is the row that the index goes beyond."),
    ("unwritten", "Memory nobody has written", "A read of an element of workgroup memory that the workgroup has not written, or of a fresh buffer (`Device::uninit`, a plan's temporary)
that nobody has. Buffers that were uploaded, `Device::zeros` and a plan's outputs may be accumulated into. A vector counts as written when a component of it is."),
    ("divergent barrier", "Divergent barrier", "A barrier, or `workgroup_uniform_load`, that some invocations of a workgroup reach while others are elsewhere: in another branch, past the loop, returned,
or at another barrier. The report names an invocation of the workgroup that does not get there, where that one left the others (a branch, `break`,
`continue`, `return` or the last iteration of a loop), and the barrier that lies on its way, if there is one."),
    ("divergent exchange", "Exchange that part of a subgroup reaches", "A sum, vote, shuffle or any other exchange of values within a subgroup that some invocations of the subgroup reach while others are elsewhere. The values
of those that are missing are not taken, and what comes out differs between devices. Who is in a subgroup is the device's: see `Options::subgroup_size`."),
    ("refused", "Refused by WGSL (warning)", "A barrier, `workgroup_uniform_load` or exchange of a subgroup that all invocations did reach in this run, but of which that cannot be seen in the
kernel's text: it hangs on a lane's number, on memory that the kernel writes, on an atomic. WGSL refuses such a text, so `wgsl()` and the other texts, and a launch on a GPU, are
an error with the same report; so are a place or a distance that may differ where one for all is wanted. What is read from a buffer `&[T]` at the same place, sizes, scalars, `workgroup_id()`
and what `workgroup_uniform_load` yields are the same for all; `subgroup_id()` and sums and votes of a subgroup are for that subgroup."),
    ("unequal uniform load", "Uniform load that is not uniform", "`workgroup_uniform_load` of places that differ within a workgroup."),
    ("absent lane", "Value of a lane that is not there", "What a subgroup's shuffle or broadcast yields of a lane which the subgroup does not have, where it tells: in memory, as a decision, as an index or a lane to
ask, through whatever arithmetic, choices, locals, calls and exchanges. A reduction by shuffles computes with such values in lanes whose sums nobody takes, and that is none of our business. `Options::subgroup_size`
(32) says how large a subgroup is, `Options::subgroup_mapping` deals invocations to subgroups in another order."),
    ("wrapped", "Index that comes from a wrap", "An index computed from an integer `+`, `-` or `*` that wrapped, through whatever arithmetic, choices, locals and calls. A wrap that reaches no index is
none of our business, and `wrapping_add`, `wrapping_sub` and `wrapping_mul` say that it is meant. Memory ends the trail. Of several wraps, the first is named."),
    ("division by zero", "Division by zero", "An integer `/` or `%` with a right side of zero in an active invocation. WGSL has an answer, which is hardly ever the one that is wanted."),
    ("beyond limits", "Dispatch beyond limits", "More workgroups in a dimension, invocations, workgroup memory or buffers than `Options::limits`: what desktop GPUs allow, unless said otherwise."),
    ("endless", "Endless loop", "More iterations of all loops of a workgroup together than `Options::step_budget` (2^26). The loop named is the one that has gone round most often since it was
entered."),
    ("no progress", "Loop that waits in vain", "An iteration of a `loop` or `while` after which everything is as before, and all invocations that were in it still are. Nothing makes
other invocations go on while one waits: such a loop works on a device by luck, or hangs it."),
    ("wrong barrier", "Barrier for other memory between atomics", "Two atomic accesses to one element by different invocations of a workgroup with a barrier between them that does not order them: `storage_barrier`
where they go to workgroup memory, or `workgroup_barrier` where they go to storage. With no barrier between them no order is meant; and two loads, two `fetch_add`, two `fetch_max` and so on, and
stores of one value leave the same in either order. All else is an error, but where [any order is right](#result-that-depends-on-order)."),
    ("device choice", "Outcome left to the device (warning)", "A NaN that meets `max`, `min`, `clamp`, `sign`, `step`, `subgroup_max`, `subgroup_min`, a comparison or a cast to an integer, and `powf` of a negative base, in an active
invocation. The kernel language says [what comes out](kernel-language.md#where-devices-may-choose) and what devices may make of it. `x == x` and `x != x` tell NaN, and `!=` is true of it: they are left
alone. Each line is told once. Only runs on floats tell it."),
    ("order dependent", "Result that depends on order", "Where nothing races, only atomics can tell one order of invocations from another. A kernel with atomics that yield a value, exchange, store or add reals runs
`Options::reruns` (2) times more on the same input: workgroups and lanes in another order, each workgroup from its beginning to its end before the next, some
before those of lower numbers; one half of each workgroup ahead of the other from barrier to barrier; and other exchanges failing. Buffers that differ are an error, and so is what goes wrong in such an order alone; a barrier that is missing
between atomics shows here. The report says by which `Options::order` to have that run again, with a trace.

Where any order is right, as for the slots of a bump allocator or of a hash table, the kernel says so and why: `#[any_order(\"the slots' order does not matter\")]` before a parameter
`&mut [T]` leaves that buffer out of the comparison, before the kernel all of them. The runs in other orders are made all the same, and whatever else goes wrong in them is an error.
`compare_exchange_weak` fails for no reason once in four times, by the seed `Options::spurious_failures`."),
];

const TAIL: &str = "
## Watching one invocation

`Options::trace` names an invocation by its `global_invocation_id()`; `Device::take_outcome().trace` then has every statement it ran, with its values and how many invocations of
its workgroup ran it together. Of `compact` above, invocation 2:

```text
{TRACE}```

And of `mirrored`, invocation 1, up to the race:

```text
{FAILED}```

`log!(\"{} of {}\", a, b)` in a kernel prints a line for each invocation that gets there, on the reference executor alone: devices see nothing of it.
`Options::print_log` = false collects the lines in `take_outcome().log`. `assert!(c, \"{} of {}\", a, b)` stops the run where `c` does not hold, with the line, the invocation and
the text; devices see nothing of that either.

## Limits of the method

- Runs are concrete: what this input does not reach is not seen. Addresses are nearly always made of positions and sizes, so a few awkward sizes go far.
- Integers that wrap are not followed through buffers and workgroup memory, and wrap at the sizes that run; at the largest that could, they are looked for without a run:
  `Verified::walk`, and `largest sizes` of a certificate.
- Racing accesses of a kernel are reported one pair at a time.
- Atomics that no barrier orders are no race. What a missing barrier between them does is found where it changes a buffer in one of the orders that are tried.
- Subgroups have one size and one mapping in a run. What a kernel takes for granted of them is found where it asks a lane that is not there, reads a part that
  no subgroup wrote, or races; a result that merely differs is not. Run it with `Options::subgroup_size` 4, 8 and 64 and with a
  `subgroup_mapping`, and compare.
- Buffers that are one under two names are none of its findings: Rust's borrows refuse them at a launch, and a plan when the dispatch is recorded.
- Each thread takes one word for each element that is written and two more where it is read too; where that is beyond a gibibyte, fewer threads run.
";

#[test]
fn the_page_shows_what_is_reported() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/sanitizer.md");
    let page = page();
    if env::var_os("HESPER_UPDATE").is_some() {
        fs::write(&file, &page).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        page == kept,
        "docs/sanitizer.md differs; HESPER_UPDATE=1 writes it anew"
    );
}

fn page() -> String {
    let mut page = HEAD.to_string();
    for (name, heading, definition) in FINDINGS {
        let device = Device::reference_with(Options {
            step_budget: 10_000,
            ..Options::default()
        });
        let ran = examples::run(name, &device);
        let found = found(&device, ran);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert_eq!(found[0].name, name);
        let (code, report) = (example(name), &found[0].report);
        let _ = write!(
            page,
            "\n## {heading}\n\n{definition}\n\n```rust,ignore\n{code}```\n\n```text\n{report}\n```\n"
        );
    }
    let (trace, failed) = (trace("order dependent", 2), trace("race", 1));
    page + &TAIL.replace("{TRACE}", &trace).replace("{FAILED}", &failed)
}

/// What an invocation of an example did, to its end or its error.
fn trace(example: &str, invocation: u32) -> String {
    let device = Device::reference_with(Options {
        trace: Some([invocation, 0, 0]),
        ..Options::default()
    });
    assert!(examples::run(example, &device).is_err());
    let lines = device.take_outcome().trace;
    assert!(!lines.is_empty());
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The example's text, without its indentation.
fn example(name: &str) -> String {
    let source = include_str!("examples.rs");
    let start = format!("    // example {name}\n");
    let (_, rest) = source.split_once(&start).unwrap();
    let (code, _) = rest.split_once("    // end").unwrap();
    code.lines()
        .map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line)))
        .collect()
}
