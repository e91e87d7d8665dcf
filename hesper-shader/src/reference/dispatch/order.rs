//! Whether a result depends on the order of invocations.
//!
//! Where nothing races, only atomics can tell one order from another. A kernel with atomics whose outcome may do so is run again on the same
//! input, with workgroups and lanes in another order and half of each workgroup [ahead](crate::reference::workgroup::ahead), and the buffers are compared.

use super::options::{Options, Outcome};
use crate::domain::Value;
use crate::memory::Memory;
use crate::reference::memory::binding::Binding;
use crate::reference::report::error::{ExecError, Fault};
use crate::tree::verify::Verified;
use crate::tree::{ParamKind, Tree};

/// Runs, and runs again in other orders where that may show something.
pub(in crate::reference) fn run<V: Value>(
    tree: &Verified,
    bindings: &mut [Binding<'_, V>],
    options: &Options,
    run: impl Fn(&mut [Binding<'_, V>], &Options) -> Result<Outcome, ExecError>,
) -> Result<Outcome, ExecError> {
    if !options.sanitize || options.reruns == 0 || !tree.facts().order_matters {
        return run(bindings, options);
    }
    let before: Vec<Option<Copied<V>>> = bindings.iter().map(Copied::of).collect();
    let mut outcome = run(bindings, options)?;
    for rerun in 1..=options.reruns {
        let order = options.order.unwrap_or_default() ^ u64::from(rerun) << 32;
        let options = Options {
            order: Some(order),
            // Two halves of a workgroup go round a loop one after the other.
            step_budget: options.step_budget.saturating_mul(2),
            trace: None,
            print_log: false,
            ..options.clone()
        };
        let mut copies = before.clone();
        let mut again: Vec<Binding<'_, V>> = bindings
            .iter()
            .zip(&mut copies)
            .map(|(binding, copy)| rebound(binding, copy))
            .collect();
        match run(&mut again, &options) {
            Ok(told) => outcome.warn(told.warnings),
            Err(error) => return Err(error.after(outcome.in_order(order))),
        }
        for (i, (binding, copy)) in bindings.iter().zip(&copies).enumerate() {
            if let (Some(memory), Some(copy)) = (binding.memory(), copy)
                && let Some(fault) = difference(tree, i, memory, &copy.memory)
            {
                return Err(fault.at(tree, tree.loc).after(outcome.in_order(order)));
            }
        }
    }
    Ok(outcome)
}

/// A writable buffer as it was before the run.
#[derive(Clone)]
struct Copied<V> {
    memory: Memory<V>,
    written: Option<Vec<bool>>,
}

impl<V: Copy> Copied<V> {
    fn of(binding: &Binding<'_, V>) -> Option<Copied<V>> {
        match binding {
            Binding::Write(memory) => Some(Copied {
                memory: (**memory).clone(),
                written: None,
            }),
            Binding::Fresh { memory, written } => Some(Copied {
                memory: (**memory).clone(),
                written: Some((**written).clone()),
            }),
            _ => None,
        }
    }
}

fn rebound<'c, V: Copy>(
    binding: &'c Binding<'_, V>,
    copy: &'c mut Option<Copied<V>>,
) -> Binding<'c, V> {
    match (binding, copy) {
        (
            _,
            Some(Copied {
                memory,
                written: Some(written),
            }),
        ) => Binding::Fresh { memory, written },
        (
            _,
            Some(Copied {
                memory,
                written: None,
            }),
        ) => Binding::Write(memory),
        (Binding::Read(memory), None) => Binding::Read(memory),
        (Binding::Partial { memory, written }, None) => Binding::Partial { memory, written },
        (Binding::Write(memory) | Binding::Fresh { memory, .. }, None) => Binding::Read(memory),
        (Binding::Value(value), None) => Binding::Value(*value),
    }
}

fn difference<V: Value>(
    tree: &Tree,
    param: usize,
    natural: &Memory<V>,
    other: &Memory<V>,
) -> Option<Fault> {
    let param = tree.params.get(param)?;
    if tree.any_order.is_some() || param.any_order.is_some() {
        return None;
    }
    let at = (0..natural.len()).find(|i| !natural.identical(*i, other, *i))?;
    let size = match param.kind {
        ParamKind::Storage { element, .. } => usize::from(element.size).max(1),
        ParamKind::Uniform(_) => 1,
    };
    let mut place = format!("{}[{}]", param.name, at / size);
    if size > 1 {
        place += [".x", ".y", ".z", ".w"].get(at % size).unwrap_or(&"");
    }
    Some(Fault::OrderDependent {
        place,
        natural: natural.text(at)?.into(),
        other: other.text(at)?.into(),
    })
}
