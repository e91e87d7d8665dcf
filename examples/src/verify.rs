//! Verifying ops of the catalogue, a core each.

use hesper_ad::ops;
use hesper_ad::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// The places in the catalogue of the ops whose name contains the filter, in any case.
///
/// # Errors
/// Where none does: checking nothing must not look like success.
pub fn selected(filter: Option<&str>) -> Result<Vec<usize>, String> {
    let ops = ops::catalogue().map_err(|e| e.to_string())?;
    let names: Vec<String> = ops.iter().map(|op| op.name()).collect();
    let wanted = filter.unwrap_or_default().to_lowercase();
    let matches = |name: &String| name.to_lowercase().contains(&wanted);
    let selected: Vec<usize> = (0..names.len()).filter(|i| matches(&names[*i])).collect();
    if selected.is_empty() {
        return Err(format!(
            "no op is named like `{wanted}`; there are: {}",
            names.join(", ")
        ));
    }
    Ok(selected)
}

/// Does something with ops, given by their places in the catalogue, on so many cores; shows the results in order.
pub fn for_each<R: Send>(
    ops: &[usize],
    cores: usize,
    check: impl Fn(&dyn Verify) -> R + Sync,
    mut show: impl FnMut(&R),
) -> Vec<R> {
    let (next, (sender, receiver)) = (AtomicUsize::new(0), mpsc::channel());
    thread::scope(|scope| {
        for _ in 0..cores.min(ops.len()) {
            let (next, check, sender) = (&next, &check, sender.clone());
            scope.spawn(move || {
                let catalogue = ops::catalogue().unwrap_or_default();
                while let Some((turn, op)) = take(ops, next)
                    && let Some(op) = catalogue.get(op)
                    && sender.send((turn, check(&**op))).is_ok()
                {}
            });
        }
        drop(sender);
        let (mut waiting, mut results) = (BTreeMap::new(), Vec::new());
        for (turn, result) in receiver {
            waiting.insert(turn, result);
            while let Some(result) = waiting.remove(&results.len()) {
                show(&result);
                results.push(result);
            }
        }
        results
    })
}

fn take(ops: &[usize], next: &AtomicUsize) -> Option<(usize, usize)> {
    let turn = next.fetch_add(1, Ordering::Relaxed);
    Some((turn, *ops.get(turn)?))
}
