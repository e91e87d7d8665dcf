//! Recording: while a spec runs, its numbers are handles, and what it does with them goes on the tape of this thread's run.

use super::real::FILE;
use super::{Id, Node, Tape};
use hesper_shader::Number;
use hesper_shader::domain::{Comparison, RealBinary, RealUnary};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

/// Operations of one pass, at most: beyond, memory would run out.
pub(crate) const MOST: usize = 30_000_000;

/// The run of a number that was made outside of any.
const NO_RUN: u32 = 0;

/// A number of a run: the run, the node that yields it, and the line that made it, by which a number of another run is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    run: u32,
    id: Id,
    line: &'static Location<'static>,
}

impl Handle {
    /// What to say of it in another run.
    pub(crate) fn as_foreign(self) -> String {
        // What a run is given is made by this crate.
        let made = match self.line.file() == FILE {
            true => "an input there".to_string(),
            false => format!("made at {}:{}", self.line.file(), self.line.line()),
        };
        format!("a number of another run, {made}; make it from this one's inputs and context")
    }
}

/// A mask of a run: the run, and its position among the masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MaskHandle {
    run: u32,
    at: u32,
}

/// A run being recorded.
pub(crate) struct Recorder {
    run: u32,
    /// The type of the op whose spec it is.
    of: &'static str,
    /// Operations it may take.
    most: usize,
    pub(super) tape: Tape,
    constants: HashMap<Number, Id>,
    /// Host floats by their bits: their decimals are looked for once.
    hosts: HashMap<u64, Id>,
    problem: Option<String>,
    is_too_long: bool,
}

/// What was recorded.
pub(crate) struct Recording {
    run: u32,
    pub(crate) tape: Tape,
    /// The first misuse of a number.
    pub(crate) problem: Option<String>,
    /// Whether the run was ended since it took too many operations; the problem says so.
    pub(crate) is_too_long: bool,
}

/// How many runs there were, on any thread: a number from another thread's run is foreign too.
static BEGUN: AtomicU32 = AtomicU32::new(NO_RUN);

thread_local! {
    /// The runs of a thread that are being recorded, the innermost last: a spec may run another's checks.
    static RUNS: RefCell<Vec<Recorder>> = RefCell::default();
}

/// Runs a spec of such an op, and records what it does with numbers. Its panics are caught. Inside a run of the same type of op there is none, for it
/// would never end.
///
/// It is ended where it takes more operations than that.
pub(crate) fn record<R>(
    most: usize,
    of: &'static str,
    run: impl FnOnce() -> R,
) -> (std::thread::Result<R>, Recording) {
    let itself = |runs: &Vec<Recorder>| !of.is_empty() && runs.iter().any(|run| run.of == of);
    if RUNS.with_borrow(itself) {
        let recording = Recording {
            run: NO_RUN,
            tape: Tape::default(),
            problem: Some(format!("the spec of {of} checks itself while it runs")),
            is_too_long: false,
        };
        return (Err(Box::new("a run inside itself")), recording);
    }
    let number = BEGUN.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    let recorder = Recorder {
        of,
        ..Recorder::new(number.max(NO_RUN + 1), most)
    };
    RUNS.with_borrow_mut(|runs| runs.push(recorder));
    let result = catch_unwind(AssertUnwindSafe(run));
    let recorder = RUNS.with_borrow_mut(|runs| runs.pop());
    let mut recorder = recorder.unwrap_or_else(|| Recorder::new(NO_RUN, MOST));
    // Tapes of large shapes are most of what a check holds, and growing leaves up to half of the room empty.
    recorder.tape.nodes.shrink_to_fit();
    recorder.tape.terms.shrink_to_fit();
    let recording = Recording {
        run: recorder.run,
        tape: recorder.tape,
        problem: recorder.problem,
        is_too_long: recorder.is_too_long,
    };
    (result, recording)
}

/// Ends the run that makes a tensor of such a shape, as too long; a panic outside of any.
#[track_caller]
pub(crate) fn too_many_elements(shape: &[usize]) -> ! {
    let problem = format!("a tensor of shape {shape:?} has more than {MOST} elements");
    Recorder::with(|recorder| match recorder.run {
        NO_RUN => panic!("{problem}"),
        _ => recorder.give_up(problem),
    })
}

impl Recording {
    /// The node that yields a number, if it is one of this run.
    pub(crate) fn id(&self, x: Handle) -> Option<Id> {
        (x.run == self.run).then_some(x.id)
    }
}

impl Recorder {
    fn new(run: u32, most: usize) -> Recorder {
        Recorder {
            run,
            of: "",
            most,
            tape: Tape::default(),
            constants: HashMap::new(),
            hosts: HashMap::new(),
            problem: None,
            is_too_long: false,
        }
    }

    /// Hands out the recorder of the innermost run. Outside of any, what is recorded is forgotten.
    pub(crate) fn with<R>(act: impl FnOnce(&mut Recorder) -> R) -> R {
        RUNS.with_borrow_mut(|runs| match runs.last_mut() {
            Some(recorder) => act(recorder),
            None => act(&mut Recorder::new(NO_RUN, MOST)),
        })
    }

    /// The node of a number, if it is one of this run.
    pub(super) fn own(&self, x: Handle) -> Option<Id> {
        (x.run == self.run && (x.id as usize) < self.tape.len()).then_some(x.id)
    }

    /// The number that a node yields.
    pub(super) fn handle(&self, id: Id) -> Handle {
        Handle {
            run: self.run,
            id,
            line: self.tape.nodes[id as usize].1,
        }
    }

    /// A mask by its position.
    pub(super) fn mask(&self, at: u32) -> MaskHandle {
        MaskHandle { run: self.run, at }
    }

    /// Ends the run, for the rest might take hours. `record` catches this, and the problem is what is told.
    fn end(&mut self, what: &str, of: &str) -> ! {
        let most = self.most;
        self.give_up(format!(
            "the pass {what} {most} {of} at these sizes; compute once what several elements share"
        ))
    }

    fn give_up(&mut self, problem: String) -> ! {
        self.is_too_long = true;
        self.problem = Some(problem);
        resume_unwind(Box::new("too many operations"))
    }

    fn push(&mut self, node: Node, line: &'static Location<'static>) -> Handle {
        if self.tape.nodes.len() >= self.most {
            self.end("takes more than", "operations");
        }
        self.tape.nodes.push((node, line));
        self.handle((self.tape.len() - 1) as Id)
    }

    /// The node of an operand; that of another run is a problem.
    fn operand(&mut self, x: Handle, line: &'static Location<'static>) -> Id {
        if x.run == self.run {
            return x.id;
        }
        let message = || format!("{}:{}: {}", line.file(), line.line(), x.as_foreign());
        self.problem.get_or_insert_with(message);
        self.push(Node::Float(f32::NAN.to_bits()), line).id
    }

    /// Takes note of a number of another run, where no line of the spec uses it.
    pub(super) fn refuse(&mut self, x: Handle) {
        self.problem.get_or_insert_with(|| x.as_foreign());
    }

    /// A number that the run is given, by its position.
    pub(crate) fn given(&mut self, at: u32, line: &'static Location<'static>) -> Handle {
        self.push(Node::Given(at), line)
    }

    /// An exact constant: one node for each.
    pub(crate) fn constant(&mut self, number: Number, line: &'static Location<'static>) -> Handle {
        if let Some(id) = self.constants.get(&number) {
            return self.handle(*id);
        }
        self.tape.constants.push(number);
        let handle = self.push(Node::Constant(self.tape.constants.len() as u32 - 1), line);
        self.constants.insert(number, handle.id);
        handle
    }

    pub(crate) fn neg_infinity(&mut self, line: &'static Location<'static>) -> Handle {
        self.push(Node::NegInfinity, line)
    }

    /// A host float as its shortest round-trip decimal; infinities and NaN stay what they are.
    pub(crate) fn host(&mut self, value: f64, line: &'static Location<'static>) -> Handle {
        if let Some(id) = self.hosts.get(&value.to_bits()) {
            return self.handle(*id);
        }
        match Number::from_f64(value) {
            Ok(number) => {
                let handle = self.constant(number, line);
                self.hosts.insert(value.to_bits(), handle.id);
                handle
            }
            Err(_) if value == f64::NEG_INFINITY => self.neg_infinity(line),
            Err(_) => self.push(Node::Float((value as f32).to_bits()), line),
        }
    }

    /// A number of its own that is equal to another.
    pub(crate) fn same(&mut self, x: Handle, line: &'static Location<'static>) -> Handle {
        let x = self.operand(x, line);
        self.push(Node::Same(x), line)
    }

    pub(crate) fn unary(
        &mut self,
        op: RealUnary,
        x: Handle,
        line: &'static Location<'static>,
    ) -> Handle {
        let x = self.operand(x, line);
        self.push(Node::Unary(op, x), line)
    }

    pub(crate) fn binary(
        &mut self,
        op: RealBinary,
        [x, y]: [Handle; 2],
        line: &'static Location<'static>,
    ) -> Handle {
        let (x, y) = (self.operand(x, line), self.operand(y, line));
        self.push(Node::Binary(op, x, y), line)
    }

    pub(crate) fn powi(&mut self, x: Handle, n: i32, line: &'static Location<'static>) -> Handle {
        let x = self.operand(x, line);
        self.push(Node::Powi(x, n), line)
    }

    pub(crate) fn sum(
        &mut self,
        terms: impl IntoIterator<Item = Handle>,
        line: &'static Location<'static>,
    ) -> Handle {
        // Operands first: a wrong one is a node of its own.
        let terms: Vec<Id> = terms.into_iter().map(|x| self.operand(x, line)).collect();
        let (start, len) = (self.tape.terms.len() as u32, terms.len() as u32);
        if self.tape.terms.len() + terms.len() > self.most {
            self.end("adds up more than", "numbers");
        }
        self.tape.terms.extend(terms);
        self.push(Node::Sum { start, len }, line)
    }

    pub(crate) fn compare(
        &mut self,
        op: Comparison,
        [x, y]: [Handle; 2],
        line: &'static Location<'static>,
    ) -> MaskHandle {
        let (x, y) = (self.operand(x, line), self.operand(y, line));
        self.push(Node::Compare(op, x, y), line);
        self.tape.masks += 1;
        self.mask(self.tape.masks - 1)
    }

    pub(crate) fn select(
        &mut self,
        mask: MaskHandle,
        [on_true, on_false]: [Handle; 2],
        line: &'static Location<'static>,
    ) -> Handle {
        let (x, y) = (self.operand(on_true, line), self.operand(on_false, line));
        if mask.run != self.run {
            let message = || {
                let (file, line) = (line.file(), line.line());
                format!("{file}:{line}: selects by a number of another run; compare this one's")
            };
            self.problem.get_or_insert_with(message);
            return self.push(Node::Float(f32::NAN.to_bits()), line);
        }
        self.push(Node::Select(mask.at, x, y), line)
    }
}
