//! Flood fill: the distance of every open cell from the first, by one kernel repeated until nothing changes.

use super::{Outcome, same, words};
use hesper_shader::{Device, Grid, shader};
use std::collections::VecDeque;

/// Cells that are walls, and those that were not reached.
const WALL: u32 = u32::MAX;
const FAR: u32 = u32::MAX - 1;

shader! {
    /// The first cell is at 0, the other open ones are far.
    #[workgroup_size(64)]
    pub fn flood_start(open: &[u32], distance: &mut [u32]) {
        let i = global_index();
        if i < open.len() {
            // A bit for each cell would do; a word is read more easily.
            distance[i] = if open[i] == 0 { WALL } else if i == 0 { 0 } else { FAR };
        }
    }

    /// One step: a cell is one further than its nearest neighbour. `changed` counts those that came nearer.
    #[workgroup_size(8, 8)]
    pub fn flood_step(before: &[u32], after: &mut [u32], changed: &mut [Atomic<u32>], width: u32, height: u32) {
        let at = global_invocation_id();
        let (x, y) = (at.x, at.y);
        if x >= width || y >= height {
            return;
        }
        let i = y * width + x;
        let mut nearest = before[i];
        if nearest != WALL {
            if x > 0 {
                nearest = nearest.min(further(before, i - 1));
            }
            if x + 1 < width {
                nearest = nearest.min(further(before, i + 1));
            }
            if y > 0 {
                nearest = nearest.min(further(before, i - width));
            }
            if y + 1 < height {
                nearest = nearest.min(further(before, i + width));
            }
            if nearest < before[i] {
                changed[0].fetch_add(1);
            }
        }
        after[i] = nearest;
    }

    fn further(distance: &[u32], i: u32) -> u32 {
        let there = distance[i];
        if there < FAR { there + 1 } else { FAR }
    }
}

fn reference(open: &[u32], width: usize) -> Vec<u32> {
    let start = |(i, open): (usize, &u32)| match (i, open) {
        (_, 0) => WALL,
        (0, _) => 0,
        _ => FAR,
    };
    let mut distance: Vec<u32> = open.iter().enumerate().map(start).collect();
    let mut queue = VecDeque::from([0]);
    while let Some(i) = queue.pop_front() {
        let (x, y) = (i % width, i / width);
        let mut neighbours = Vec::new();
        if x > 0 {
            neighbours.push(i - 1);
        }
        if x + 1 < width {
            neighbours.push(i + 1);
        }
        if y > 0 {
            neighbours.push(i - width);
        }
        if i + width < open.len() {
            neighbours.push(i + width);
        }
        for j in neighbours {
            if distance[j] == FAR {
                distance[j] = distance[i] + 1;
                queue.push_back(j);
            }
        }
    }
    distance
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for (width, height) in [(1, 1), (1, 9), (13, 7), (33, 20)] {
        let count = width * height;
        let mut cells: Vec<u32> = words(count, 9)
            .into_iter()
            .map(|w| u32::from(w % 4 != 0))
            .collect();
        cells[0] = 1;
        let open = device.upload(&cells)?;
        let mut before = device.zeros::<u32>(count)?;
        let args = flood_start::Args {
            open: &open,
            distance: &mut before,
        };
        flood_start().launch(device, Grid::cover(count), args)?;
        loop {
            let mut after = device.zeros::<u32>(count)?;
            let mut changed = device.zeros::<u32>(1)?;
            let args = flood_step::Args {
                before: &before,
                after: &mut after,
                changed: &mut changed,
                width: width as u32,
                height: height as u32,
            };
            let grid = Grid::exact(width.div_ceil(8) as u32, height.div_ceil(8) as u32, 1);
            flood_step().launch(device, grid, args)?;
            before = after;
            if changed.read()? == [0] {
                break;
            }
        }
        compared += same("distance", &before.read()?, &reference(&cells, width))?;
    }
    Ok(compared)
}
