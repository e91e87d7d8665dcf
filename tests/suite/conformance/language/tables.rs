//! Tables of the host whose elements have several parts, by an index that no host knows, beside local arrays of the same.

use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, Mat2, Vec2, Vec3, shader};

shader! {
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Entry {
        at: Vec3<f32>,
        tags: [i32; 2],
        on: bool,
        inner: Inner,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Inner {
        bits: u32,
        limit: f32,
    }

    const ENTRIES: [Entry; 3] = [
        Entry { at: Vec3 { x: 1.0, y: 2.0, z: 3.0 }, tags: [1, -1], on: true, inner: Inner { bits: 5, limit: 0.5 } },
        Entry { at: Vec3 { x: 4.0, y: 5.0, z: 6.0 }, tags: [2, -2], on: false, inner: Inner { bits: 6, limit: f32::INFINITY } },
        Entry { at: Vec3 { x: 7.0, y: 8.0, z: 9.0 }, tags: [3, -3], on: true, inner: Inner { bits: 7, limit: 1.5 } },
    ];
    const ROWS: [[f32; 2]; 2] = [[1.0, 2.0], [3.0, 4.0]];
    const POINTS: [Vec2<f32>; 2] = [Vec2 { x: 1.0, y: 2.0 }, Vec2 { x: 3.0, y: 4.0 }];
    const TURNS: [Mat2<f32>; 2] = [
        Mat2 { columns: [Vec2 { x: 1.0, y: 0.0 }, Vec2 { x: 0.0, y: 1.0 }] },
        Mat2 { columns: [Vec2 { x: 0.0, y: 1.0 }, Vec2 { x: -1.0, y: 0.0 }] },
    ];

    fn weight(entry: Entry, k: u32) -> f32 {
        entry.at.y + entry.tags[k % 2] as f32
    }

    #[workgroup_size(4)]
    fn looked_up(y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let Entry { at, on, inner, .. } = ENTRIES[i % 3];
            let chosen = if on { at.x } else { ENTRIES[(i + 1) % 3].at.z };
            let point = TURNS[i % 2] * POINTS[i / 2 % 2];
            let mut sum = chosen + inner.limit.min(2.0) + inner.bits as f32;
            for k in 0..ENTRIES.len() {
                sum += weight(ENTRIES[k], i);
            }
            y[i] = sum + 100.0 * (point.x + ROWS[i % 2][i / 2 % 2]) + ENTRIES[1].at.y;
        }
    }

    /// The same list as a variable, of which each invocation changes one element.
    #[workgroup_size(4)]
    fn changed(y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let mut list = [ENTRIES[2]; 3];
            list[i % 3] = Entry { on: false, ..ENTRIES[i % 2] };
            list[(i + 1) % 3].inner.limit *= 2.0;
            list[(i + 1) % 3].tags[i % 2] = i as i32;
            let mut sum = 0.0;
            for k in 0..list.len() {
                let entry = list[k];
                sum += if entry.on { entry.inner.limit } else { weight(entry, k) };
            }
            y[i] = sum + list[(i + 1) % 3].tags[i % 2] as f32;
        }
    }
}

fn expected_weight(entry: &Entry, k: usize) -> f32 {
    entry.at.y + entry.tags[k % 2] as f32
}

pub(super) fn of_structures(device: &Device) -> Outcome {
    let mut y = device.zeros::<f32>(13)?;
    looked_up().launch(device, Grid::cover(13), looked_up::Args { y: &mut y })?;
    let expected = (0..13).map(|i| {
        let entry = ENTRIES[i % 3];
        let chosen = if entry.on {
            entry.at.x
        } else {
            ENTRIES[(i + 1) % 3].at.z
        };
        let Vec2 { x, y } = POINTS[i / 2 % 2];
        let turned = if i % 2 == 0 { x } else { -y };
        let weights: f32 = ENTRIES.iter().map(|entry| expected_weight(entry, i)).sum();
        let own = chosen + entry.inner.limit.min(2.0) + entry.inner.bits as f32;
        own + weights + 100.0 * (turned + ROWS[i % 2][i / 2 % 2]) + 5.0
    });
    assert_eq!(y.read()?, expected.collect::<Vec<_>>());
    Ok(())
}

pub(super) fn beside_arrays_of_structures(device: &Device) -> Outcome {
    let mut y = device.zeros::<f32>(13)?;
    changed().launch(device, Grid::cover(13), changed::Args { y: &mut y })?;
    let expected = (0..13).map(|i| {
        let mut list = [ENTRIES[2]; 3];
        list[i % 3] = Entry {
            on: false,
            ..ENTRIES[i % 2]
        };
        list[(i + 1) % 3].inner.limit *= 2.0;
        list[(i + 1) % 3].tags[i % 2] = i as i32;
        let each = list.iter().enumerate().map(|(k, entry)| match entry.on {
            true => entry.inner.limit,
            false => expected_weight(entry, k),
        });
        each.sum::<f32>() + i as f32
    });
    assert_eq!(y.read()?, expected.collect::<Vec<_>>());
    Ok(())
}
