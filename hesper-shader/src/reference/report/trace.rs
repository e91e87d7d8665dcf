//! What one invocation does, statement by statement, and what kernels log.

use super::describe::value;
use super::error::Invocation;
use crate::domain::Value;
use crate::reference::dispatch::options::{Options, Outcome};
use crate::reference::values::frame::Frame;
use crate::reference::values::mask::Mask;
use crate::reference::workgroup::team::Team;
use crate::tree::{ExprId, Loc, Tree};
use std::fmt;
use std::fmt::Debug;

/// A statement of the invocation that is traced.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceLine {
    /// Where it was written.
    pub loc: Loc,
    /// What it did, with values: `y[3] = 0.5`.
    pub text: String,
    /// How many invocations of its workgroup did it together.
    pub active: usize,
    /// How many there are.
    pub invocations: usize,
}

impl fmt::Display for TraceLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (active, all) = (self.active, self.invocations);
        write!(f, "{}: {} [{active} of {all} active]", self.loc, self.text)
    }
}

/// The trace and the log of a run.
#[derive(Debug)]
pub(in crate::reference) struct Journal {
    kernel: String,
    invocation: Option<[u32; 3]>,
    /// The lane traced, where it is in the running team.
    lane: Option<usize>,
    print: bool,
    trace: Vec<TraceLine>,
    log: Vec<String>,
}

impl Journal {
    pub(in crate::reference) fn new(tree: &Tree, options: &Options) -> Journal {
        Journal {
            kernel: tree.name.clone(),
            invocation: options.trace,
            lane: None,
            print: options.print_log,
            trace: Vec::new(),
            log: Vec::new(),
        }
    }

    pub(in crate::reference) fn enter(&mut self, team: &Team) {
        let Some(traced) = self.invocation else {
            return;
        };
        let mut lanes = 0..team.members() * team.per_group();
        self.lane = lanes.find(|lane| team.invocation(*lane).global == traced);
    }

    /// The lane that is traced and takes part.
    pub(in crate::reference) fn traced(&self, active: &Mask) -> Option<usize> {
        self.lane
            .filter(|lane| active.lanes().get(*lane) == Some(&true))
    }

    /// Writes down a statement that was done.
    pub(in crate::reference) fn done(
        &mut self,
        loc: Loc,
        text: String,
        active: &Mask,
        team: &Team,
    ) {
        self.trace.push(TraceLine {
            loc,
            text,
            active: active.count(),
            invocations: team.per_group(),
        });
    }

    /// A line of `log!`.
    #[allow(clippy::print_stdout, reason = "printing is what `log!` is for")]
    pub(in crate::reference) fn log(&mut self, invocation: Invocation, line: &str) {
        let line = format!("{}: {invocation}: {line}", self.kernel);
        if self.print {
            println!("{line}");
        } else {
            self.log.push(line);
        }
    }

    /// Hands over what was written down.
    pub(in crate::reference) fn finish(&mut self, outcome: &mut Outcome) {
        outcome.trace.append(&mut self.trace);
        outcome.log.append(&mut self.log);
    }
}

/// The text of a `log!` or `assert!` in each active lane.
pub(in crate::reference) fn lines<V: Value>(
    text: &[String],
    values: &[ExprId],
    frame: &Frame<V>,
    active: &Mask,
    team: &Team,
) -> Vec<(Invocation, String)> {
    let lanes = active.lanes().iter().enumerate();
    let line = |(lane, _): (usize, &bool)| {
        let mut line = text.first().cloned().unwrap_or_default();
        for (i, id) in values.iter().enumerate() {
            line += &value(frame, *id, lane, active.lanes().len());
            line += text.get(i + 1).map_or("", String::as_str);
        }
        (team.invocation(lane), line)
    };
    lanes.filter(|(_, on)| **on).map(line).collect()
}
