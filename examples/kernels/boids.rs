//! Boids: each keeps away from those that are near, and follows the others' heading and middle (C. W. Reynolds, 1987).

use super::{Outcome, close, reals};
use hesper_shader::{Device, Grid, shader};

const NEAR: f32 = 0.1;
const STEP: f32 = 0.04;

shader! {
    /// One step of all boids, `(position, velocity)` each, by all others.
    #[workgroup_size(64)]
    pub fn boids(now: &[Vec4<f32>], next: &mut [Vec4<f32>]) {
        let i = global_index();
        if i >= now.len() {
            return;
        }
        let at = now[i].xy;
        let mut velocity = now[i].zw;
        let mut middle = Vec2::splat(0.0);
        let mut heading = Vec2::splat(0.0);
        let mut away = Vec2::splat(0.0);
        for j in 0..now.len() {
            if j == i {
                continue;
            }
            middle += now[j].xy;
            heading += now[j].zw;
            let apart = at - now[j].xy;
            if all(apart.abs() < NEAR) {
                away += apart;
            }
        }
        let others = (now.len() - 1).max(1) as f32;
        velocity += (middle / others - at) * 0.02 + away * 0.05 + heading / others * 0.005;
        let speed = length(velocity);
        velocity = normalize(velocity) * speed.clamp(0.01, 0.1);
        let moved = at + velocity * STEP;
        // Who leaves on one side comes in on the other.
        let wrapped = (moved > 1.0).select(moved - 2.0, (moved < -1.0).select(moved + 2.0, moved));
        next[i] = vec4(wrapped.x, wrapped.y, velocity.x, velocity.y);
    }
}

type Boid = [f32; 4];

fn step(now: &[Boid]) -> Vec<Boid> {
    let of = |i: usize| {
        let [x, y, mut u, mut v] = now[i];
        let [mut middle, mut heading, mut away] = [[0.0; 2]; 3];
        for other in now
            .iter()
            .enumerate()
            .filter(|(j, _)| *j != i)
            .map(|(_, b)| b)
        {
            middle = [middle[0] + other[0], middle[1] + other[1]];
            heading = [heading[0] + other[2], heading[1] + other[3]];
            let apart = [x - other[0], y - other[1]];
            if apart.iter().all(|d| d.abs() < NEAR) {
                away = [away[0] + apart[0], away[1] + apart[1]];
            }
        }
        let others = (now.len() - 1).max(1) as f32;
        u += (middle[0] / others - x) * 0.02 + away[0] * 0.05 + heading[0] / others * 0.005;
        v += (middle[1] / others - y) * 0.02 + away[1] * 0.05 + heading[1] / others * 0.005;
        let speed = (u * u + v * v).sqrt();
        let kept = speed.clamp(0.01, 0.1) / speed;
        let [u, v] = [u * kept, v * kept];
        let wrap = |z: f32| match z {
            z if z > 1.0 => z - 2.0,
            z if z < -1.0 => z + 2.0,
            z => z,
        };
        [wrap(x + u * STEP), wrap(y + v * STEP), u, v]
    };
    (0..now.len()).map(of).collect()
}

pub(super) fn check(device: &Device) -> Outcome {
    let mut compared = 0;
    for count in [1, 2, 63, 65, 200] {
        let mut flock: Vec<Boid> = reals(4 * count, 5)
            .chunks(4)
            .map(|b| [0.95 * b[0], 0.95 * b[1], 0.1 * b[2] + 0.2, 0.1 * b[3]])
            .collect();
        for _ in 0..3 {
            let rows: Vec<_> = flock
                .iter()
                .map(|b| hesper_shader::Vec4::from(*b))
                .collect();
            let (now, mut next) = (device.upload(&rows)?, device.zeros(count)?);
            let args = boids::Args {
                now: &now,
                next: &mut next,
            };
            boids().launch(device, Grid::cover(count), args)?;
            let found: Vec<f32> = next
                .read()?
                .into_iter()
                .flat_map(<[f32; 4]>::from)
                .collect();
            let expected = step(&flock);
            compared += close("boids", &found, &expected.concat(), 1e-5)?;
            flock = expected;
        }
    }
    Ok(compared)
}
