//! What a run found: its name, the lines and invocations it names, and the report.

use hesper_shader::reference::{ExecError, Fault, Invocation, Outcome, Race, Warning};
use hesper_shader::tree::Loc;
use hesper_shader::{Device, Error};

/// A finding.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) name: &'static str,
    /// The lines it names, and who is said to be there.
    pub(super) sites: Vec<(Option<Invocation>, Loc)>,
    pub(super) report: String,
}

/// What a run found: one for an error, else its warnings.
pub(super) fn found(device: &Device, ran: Result<(), Error>) -> Vec<Finding> {
    let outcome: Outcome = device.take_outcome();
    match ran {
        Err(Error::Exec(error)) => vec![of_error(&error)],
        Err(other) => panic!("{other}"),
        Ok(()) => outcome.warnings.iter().map(of_warning).collect(),
    }
}

fn of_warning(warning: &Warning) -> Finding {
    let (name, sites) = match warning {
        Warning::NotUniform { loc, .. } => ("refused", vec![(None, *loc)]),
        Warning::DeviceChoice {
            loc, invocation, ..
        } => ("device choice", vec![(Some(*invocation), *loc)]),
    };
    Finding {
        name,
        sites,
        report: warning.to_string(),
    }
}

fn both(race: &Race) -> Vec<(Option<Invocation>, Loc)> {
    let sides = [race.first, race.second];
    sides.map(|side| (Some(side.invocation), side.loc)).to_vec()
}

fn of_error(error: &ExecError) -> Finding {
    let here = |who: &Invocation| (Some(*who), error.loc);
    let (name, sites) = match &error.fault {
        Fault::Race(race) => ("race", both(race)),
        Fault::SameValue(race) => ("same value", both(race)),
        Fault::OutOfBounds { invocation, .. } => ("out of bounds", vec![here(invocation)]),
        Fault::Unwritten { invocation, .. } => ("unwritten", vec![here(invocation)]),
        Fault::DivergentBarrier {
            absent,
            parted,
            other,
            ..
        } => {
            let parted = parted.map(|parted| (Some(*absent), parted.loc));
            let other = other.map(|loc| (None, loc));
            let sites = [Some((None, error.loc)), parted, other];
            ("divergent barrier", sites.into_iter().flatten().collect())
        }
        Fault::DivergentExchange { absent, parted, .. } => {
            let parted = parted.map(|parted| (Some(*absent), parted.loc));
            let sites = [Some((None, error.loc)), parted];
            ("divergent exchange", sites.into_iter().flatten().collect())
        }
        Fault::WrongBarrier { race, barrier, .. } => {
            let sites = both(race).into_iter().chain([(None, *barrier)]);
            ("wrong barrier", sites.collect())
        }
        Fault::UnequalUniformLoad { reads } => {
            let sites = reads.iter().map(|(_, who)| here(who));
            ("unequal uniform load", sites.collect())
        }
        Fault::AbsentLane {
            invocation, asked, ..
        } => ("absent lane", vec![here(invocation), (None, *asked)]),
        Fault::Wrapped {
            invocation,
            wrapped,
            ..
        } => ("wrapped", vec![here(invocation), (None, *wrapped)]),
        Fault::DivisionByZero { invocation, .. } => ("division by zero", vec![here(invocation)]),
        Fault::BeyondLimits(_) => ("beyond limits", vec![(None, error.loc)]),
        Fault::Endless { invocation, .. } => ("endless", vec![here(invocation)]),
        Fault::NoProgress { invocation, .. } => ("no progress", vec![here(invocation)]),
        Fault::OrderDependent { .. } => ("order dependent", vec![(None, error.loc)]),
        _ => ("something else", vec![(None, error.loc)]),
    };
    Finding {
        name,
        sites,
        report: error.to_string(),
    }
}
