//! Borrowed memory and values that helpers take as one.

use crate::conformance::Outcome;
use hesper_shader::{Device, Grid, shader};

shader! {
    const LANES: u32 = 8;

    /// Rows of numbers, and where they go.
    struct Rows<'a> {
        x: &'a [f32],
        y: &'a mut [f32],
        len: u32,
    }

    struct Team<'a> {
        sums: &'a mut [f32; LANES],
        seen: &'a mut [Atomic<u32>],
        lane: u32,
        scale: f32,
    }

    /// An element, by a group handed on with a reference.
    fn element(rows: &Rows<'_>, row: u32, i: u32) -> f32 {
        rows.x[row * rows.len + i]
    }

    /// The sum of a row; the loop's end and the index come out of the group.
    fn row_sum(rows: Rows<'_>, row: u32) -> f32 {
        let mut sum = 0.0;
        for i in 0..rows.len {
            sum += element(rows, row, i);
        }
        sum
    }

    /// The sum of what the team holds, seen by one more.
    fn team_sum(factor: f32, team: Team<'_>, rows: &mut Rows<'_>) {
        workgroup_barrier();
        let mut sum = 0.0;
        for i in 0..team.sums.len() {
            sum += factor * team.scale * team.sums[i];
        }
        if team.lane == 0 {
            rows.y[workgroup_index()] = sum;
            team.seen[0].fetch_add(rows.len);
        }
    }

    #[any_order("sums of integers")]
    #[workgroup_size(LANES)]
    fn sums_of_rows(x: &[f32], y: &mut [f32], seen: &mut [Atomic<u32>], len: u32) {
        let sums = workgroup::<[f32; LANES]>();
        let rows = Rows { len: (len << 1) / 2, x, y: &mut y };
        let team = Team { sums, seen, lane: local_invocation_index(), scale: if rows.len > 2 { 0.5 } else { 1.0 } };
        let row = global_index();
        let inside = row * rows.len < rows.x.len();
        team.sums[team.lane] = if inside { row_sum(rows, row) } else { 0.0 };
        {
            // Another group under the same name, until the block ends.
            let rows = Rows { x, y: rows.y, len: rows.len + 1 };
            team_sum(2.0, team, &mut rows);
        }
        if team.lane == 0 {
            rows.y[workgroup_index()] += rows.len as f32;
        }
    }
}

pub(super) fn handed_to_helpers(device: &Device) -> Outcome {
    for (len, rows) in [(1usize, 1usize), (3, 8), (2, 17), (5, 40)] {
        let x: Vec<f32> = (0..len * rows).map(|i| (i % 13) as f32 - 4.0).collect();
        let groups = rows.div_ceil(8);
        let given = device.upload(&x)?;
        let (mut y, mut seen) = (device.zeros::<f32>(groups)?, device.zeros::<u32>(1)?);
        let args = sums_of_rows::Args {
            x: &given,
            y: &mut y,
            seen: &mut seen,
            len: len as u32,
        };
        sums_of_rows().launch(device, Grid::cover(rows), args)?;
        let scale = if len > 2 { 0.5 } else { 1.0 };
        let expected = x.chunks(8 * len).map(|rows| {
            let sum: f32 = rows.iter().sum();
            2.0 * scale * sum + len as f32
        });
        assert_eq!(
            y.read()?,
            expected.collect::<Vec<_>>(),
            "{rows} rows of {len}"
        );
        assert_eq!(seen.read()?, [(groups * (len + 1)) as u32]);
    }
    Ok(())
}
