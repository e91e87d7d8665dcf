//! How many workgroups a dispatch has.

use std::fmt;

/// Most workgroups per dimension that every WebGPU device accepts.
pub const MAX_GROUPS_PER_DIMENSION: u32 = 65_535;

/// The extent of a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// At least this many invocations by [flattened index](crate::tree::BuiltinValue::GlobalIndex).
    Cover(usize),
    /// At least this many invocations in x and in y.
    Cover2d(usize, usize),
    /// At least this many workgroups by [flattened index](crate::tree::BuiltinValue::WorkgroupIndex).
    Workgroups(usize),
    /// Exactly these workgroups in x, y and z.
    Exact([u32; 3]),
}

/// A grid no device can dispatch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{grid} needs more workgroups than a dispatch has, {MAX_GROUPS_PER_DIMENSION} in each of two dimensions, or more invocations than `u32` counts"
)]
pub struct GridError {
    /// What was asked for.
    pub grid: Grid,
}

impl Grid {
    /// Enough workgroups for `n` invocations by `global_index()`, split over two dimensions where one is too small.
    /// There may be more: guard with `if i < n`.
    pub const fn cover(n: usize) -> Grid {
        Grid::Cover(n)
    }

    /// Enough workgroups for `nx` invocations in x and `ny` in y, by `global_invocation_id()`. There may be more.
    pub const fn cover_2d(nx: usize, ny: usize) -> Grid {
        Grid::Cover2d(nx, ny)
    }

    /// At least `n` workgroups by `workgroup_index()`, split over two dimensions where one is too small.
    /// There may be more: guard with `if row < rows`.
    pub const fn workgroups(n: usize) -> Grid {
        Grid::Workgroups(n)
    }

    /// Exactly `x·y·z` workgroups.
    pub const fn exact(x: u32, y: u32, z: u32) -> Grid {
        Grid::Exact([x, y, z])
    }

    /// The workgroup counts in x, y and z for a kernel of this workgroup size.
    ///
    /// # Errors
    /// Where a computed count exceeds what two dimensions of [`MAX_GROUPS_PER_DIMENSION`] hold.
    pub fn groups(self, workgroup_size: [u32; 3]) -> Result<[u32; 3], GridError> {
        let [x, y, z] = workgroup_size.map(|n| n.max(1) as usize);
        let error = GridError { grid: self };
        match self {
            Grid::Cover(n) => {
                let invocations = x.saturating_mul(y).saturating_mul(z);
                let groups = flat(n.div_ceil(invocations));
                groups.filter(|g| counts(*g, invocations)).ok_or(error)
            }
            Grid::Cover2d(nx, ny) => {
                let in_range = |n: usize| {
                    u32::try_from(n)
                        .ok()
                        .filter(|n| *n <= MAX_GROUPS_PER_DIMENSION)
                };
                match (in_range(nx.div_ceil(x)), in_range(ny.div_ceil(y))) {
                    (Some(gx), Some(gy)) => Ok([gx, gy, 1]),
                    _ => Err(error),
                }
            }
            Grid::Workgroups(n) => flat(n).ok_or(error),
            Grid::Exact(groups) => Ok(groups),
        }
    }
}

/// Whether `u32` counts all invocations, so that no flattened index wraps.
fn counts([x, y, z]: [u32; 3], invocations: usize) -> bool {
    let groups = u128::from(x) * u128::from(y) * u128::from(z);
    groups * invocations as u128 <= 1 << 32
}

/// At least `n` groups as x by y; the fewest rows of y that reach, then the fewest columns.
fn flat(n: usize) -> Option<[u32; 3]> {
    let max = MAX_GROUPS_PER_DIMENSION as usize;
    if n <= max {
        return Some([n as u32, 1, 1]);
    }
    let rows = n.div_ceil(max);
    (rows <= max).then(|| [n.div_ceil(rows) as u32, rows as u32, 1])
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Grid::Cover(n) => write!(f, "a grid over {n} invocations"),
            Grid::Cover2d(x, y) => write!(f, "a grid over {x} by {y} invocations"),
            Grid::Workgroups(n) => write!(f, "a grid of {n} workgroups"),
            Grid::Exact([x, y, z]) => write!(f, "a grid of {x} by {y} by {z} workgroups"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_cover_and_split() {
        for (grid, size, groups) in [
            (Grid::cover(0), [64, 1, 1], Some([0, 1, 1])),
            (Grid::cover(1), [64, 1, 1], Some([1, 1, 1])),
            (Grid::cover(65), [64, 1, 1], Some([2, 1, 1])),
            (Grid::cover(65), [8, 4, 2], Some([2, 1, 1])),
            (Grid::cover(1 << 24), [64, 1, 1], Some([52_429, 5, 1])),
            (Grid::cover_2d(17, 16), [16, 16, 1], Some([2, 1, 1])),
            (Grid::workgroups(65_536), [64, 1, 1], Some([32_768, 2, 1])),
            (Grid::exact(1, 2, 3), [64, 1, 1], Some([1, 2, 3])),
            (Grid::workgroups(usize::MAX), [1, 1, 1], None),
            (Grid::cover(1 << 32), [64, 1, 1], None),
            (Grid::cover(1 << 33), [64, 1, 1], None),
            (Grid::cover_2d(65_536, 1), [1, 1, 1], None),
        ] {
            let got = grid.groups(size).ok();
            assert_eq!(got, groups, "{grid}");
            if let (Some([x, y, _]), Grid::Cover(n)) = (got, grid) {
                assert!(x as usize * y as usize * size.iter().product::<u32>() as usize >= n);
            }
        }
    }
}
