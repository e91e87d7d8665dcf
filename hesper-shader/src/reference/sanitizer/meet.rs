//! What threads that ran workgroups of one dispatch did to each other.

use super::Sanitizer;
use super::cells::{Cells, stamp};
use std::ops::Range;

/// Whether anything is wrong between the workgroups of several threads, or suspicious among those of one. Each has run to its end and
/// found nothing wrong.
pub(in crate::reference) fn meet(watches: &[Box<Sanitizer>]) -> bool {
    let buffers = watches.first().map_or(0, |w| w.shadow.storage().len());
    watches.iter().any(|watch| !watch.warnings.is_empty())
        || (0..buffers).any(|buffer| {
            let mut sides: Vec<(&Cells, u32)> = Vec::new();
            for shadow in watches.iter().map(|watch| &watch.shadow) {
                let cells = shadow.storage().get(buffer);
                sides.extend(cells.map(|cells| (cells, shadow.past())));
            }
            clash(&sides)
        })
}

/// Whether some element was written on one side and touched on another.
fn clash(sides: &[(&Cells, u32)]) -> bool {
    let shared = overlap(sides.iter().map(|(cells, _)| cells.touched.clone()));
    shared.into_iter().any(|element| {
        let (mut touched, mut written) = (false, false);
        let mut clash = false;
        for (cells, past) in sides {
            let now = |access: &u64| stamp(*access) > *past;
            let write = cells.writes.get(element).is_some_and(now);
            let reads = cells.reads.get(element);
            let touch = write | reads.is_some_and(|reads| reads.iter().any(now));
            clash |= write & touched | touch & written;
            touched |= touch;
            written |= write;
        }
        clash
    })
}

/// The least range that holds whatever two of the ranges share.
fn overlap(ranges: impl Iterator<Item = Range<usize>>) -> Range<usize> {
    let mut ranges: Vec<Range<usize>> = ranges.filter(|range| range.start < range.end).collect();
    ranges.sort_by_key(|range| range.start);
    let mut shared = 0..0;
    let mut end = 0;
    for range in ranges {
        let both = range.start..range.end.min(end);
        if both.start < both.end {
            let start = if shared.end == 0 {
                both.start
            } else {
                shared.start
            };
            shared = start..shared.end.max(both.end);
        }
        end = end.max(range.end);
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::sanitizer::cells::NOTHING;

    #[test]
    fn what_ranges_share() {
        for (ranges, shared) in [
            (vec![], 0..0),
            (vec![0..5, 5..9], 0..0),
            (vec![5..9, 0..5], 0..0),
            (vec![0..5, 4..9], 4..5),
            (vec![0..9, 2..3], 2..3),
            (vec![0..9, 2..3, 5..6], 2..6),
            (vec![7..9, 0..3, 2..8], 2..8),
            (vec![NOTHING, 0..3], 0..0),
        ] {
            assert_eq!(overlap(ranges.clone().into_iter()), shared, "{ranges:?}");
        }
    }
}
