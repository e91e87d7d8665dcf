//! How a run goes, and what it tells beside its result.

use crate::limits::Limits;
use crate::reference::report::taken::BranchesTaken;
use crate::reference::report::trace::TraceLine;
use crate::reference::report::warning::Warning;

/// How a run is watched, and what it takes for granted of the device it stands for.
///
/// ```
/// use hesper_shader::reference::Options;
/// // Quick: nothing is looked for but indices out of bounds, divergent barriers and endless loops.
/// assert!(!Options::fast().sanitize);
/// // Another device: subgroups of 8.
/// let options = Options { subgroup_size: 8, ..Options::default() };
/// assert!(options.sanitize);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Whether everything in `docs/sanitizer.md` is looked for. Without it, what remains is what stops any run: indices out of bounds,
    /// barriers that part of a workgroup does not reach, loops beyond the budget.
    pub sanitize: bool,
    /// Iterations that the loops of one workgroup may take together before they count as endless.
    pub step_budget: u64,
    /// Invocations of a subgroup, at least 1.
    pub subgroup_size: u32,
    /// The seed by which invocations of a workgroup are dealt to subgroups; `None` for the order of `local_invocation_index()`.
    pub subgroup_mapping: Option<u64>,
    /// The seed of the order in which workgroups run, one after the other, and lanes reach an atomic, with half of each workgroup ahead of the
    /// other between barriers; `None` for the natural one.
    pub order: Option<u64>,
    /// How many times more a kernel with atomics runs, each time in another order, to see whether its results depend on that. Only when
    /// sanitizing.
    pub reruns: u32,
    /// The seed, beside that of the order, by which `compare_exchange_weak` fails for no reason, as it may; `None` for never.
    pub spurious_failures: Option<u64>,
    /// What a dispatch may need, checked when sanitizing.
    pub limits: Limits,
    /// Threads, at most; `None` for as many as the machine runs at once. Only number domains without state use more than one, and only
    /// where nobody can tell: not when tracing or logging, nor for atomics in storage.
    pub threads: Option<usize>,
    /// An invocation, by its `global_invocation_id()`, whose every statement is written down in [`Outcome::trace`].
    pub trace: Option<[u32; 3]>,
    /// Whether lines of `log!` go to the standard output, else to [`Outcome::log`].
    pub print_log: bool,
}

impl Options {
    /// Everything is looked for.
    pub const SANITIZED: Options = Options {
        sanitize: true,
        step_budget: 1 << 26,
        subgroup_size: 32,
        subgroup_mapping: None,
        order: None,
        reruns: 2,
        spurious_failures: Some(0),
        limits: Limits::DESKTOP,
        threads: None,
        trace: None,
        print_log: true,
    };

    /// The quickest run.
    pub const fn fast() -> Options {
        Options {
            sanitize: false,
            spurious_failures: None,
            ..Options::SANITIZED
        }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::SANITIZED
    }
}

/// What a run tells beside what it wrote. One that fails has told something too: [`ExecError::so_far`](crate::reference::ExecError::so_far).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What is suspicious, but not wrong; each pair of lines once.
    pub warnings: Vec<Warning>,
    /// The statements of the invocation that [`Options::trace`] names, in order.
    pub trace: Vec<TraceLine>,
    /// Lines of `log!` that were not printed.
    pub log: Vec<String>,
    /// Which ways the branches of each kernel went, in all orders that ran.
    pub branches: Vec<BranchesTaken>,
    /// The order in which a kernel failed that does well in the one asked for: [`Options::order`] runs it so again, with a trace for example.
    pub order: Option<u64>,
}

impl Outcome {
    /// Adds warnings that are not like one that is there.
    pub(in crate::reference) fn warn(&mut self, warnings: Vec<Warning>) {
        for warning in warnings {
            if !self.warnings.iter().any(|known| known.is_like(&warning)) {
                self.warnings.push(warning);
            }
        }
    }

    /// What the first run has told, where the one in this order fails.
    pub(super) fn in_order(self, order: u64) -> Outcome {
        let order = Some(order);
        Outcome { order, ..self }
    }

    /// Adds what another run has told.
    pub(crate) fn append(&mut self, mut other: Outcome) {
        self.warnings.append(&mut other.warnings);
        self.trace.append(&mut other.trace);
        self.log.append(&mut other.log);
        for taken in other.branches {
            if !self.branches.iter_mut().any(|known| known.absorb(&taken)) {
                self.branches.push(taken);
            }
        }
        self.order = other.order.or(self.order);
    }
}
