//! Structures: in buffers of any layout, by value, in variables, through helpers, taken apart.

use crate::conformance::Outcome;
use hesper_shader::{Argument, Device, Error, Grid, LaunchError, Vec2, Vec3, Vec4, shader};

shader! {
    /// A vector of three leaves four bytes, which the next field takes.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub(super) struct Particle {
        /// Metres.
        pub(super) position: Vec3<f32>,
        mass: f32,
        velocity: Vec2<f32>,
        weights: [f32; 3],
        kind: u32,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Pair {
        first: Particle,
        rest: [Particle; 2],
        x: i32,
    }

    const TILTED: Settings = Settings {
        scale: 0.5,
        shift: Vec3 { x: 1.0, y: -2.0, z: 4.0 },
        on: false,
        table: [3, 1, 4, 1],
    };

    /// Of the host, by name.
    #[workgroup_size(4)]
    fn constants(y: &mut [f32]) {
        const ROW: [f32; 3] = [0.5, 1.5, 2.5];
        let i = global_index();
        let tilted = TILTED;
        if i < y.len() {
            let all = [TILTED.scale, tilted.shift.y, ROW[i % 3]];
            y[i] = if tilted.on { 0.0 } else { all[i % 3] + TILTED.table[i % 4] as f32 };
        }
    }

    struct Hit {
        found: bool,
        at: f32,
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Counters {
        total: Atomic<u32>,
        slots: [Atomic<i32>; 3],
        limit: u32,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Settings {
        scale: f32,
        shift: Vec3<f32>,
        on: bool,
        table: [u32; 4],
    }

    /// Each field alone, the whole, and a component of a field.
    #[workgroup_size(16)]
    fn step(particles: &mut [Particle], out: &mut [Particle], dt: f32) {
        let i = global_index();
        if i < particles.len() {
            let p = particles[i];
            out[i] = Particle { mass: p.mass * 2.0, kind: p.kind + i, ..p };
            particles[i].position.x += p.velocity.x * dt;
            particles[i].position.y += p.velocity.y * dt;
            for k in 0..3 {
                particles[i].weights[k] = p.weights[2 - k] + particles[i].mass;
            }
            if p.kind == 1 {
                particles[i].velocity = -particles[i].velocity;
            }
        }
    }

    #[workgroup_size(4)]
    fn swap(pairs: &mut [Pair]) {
        let i = global_index();
        if i < pairs.len() {
            let kept = pairs[i].first;
            pairs[i].first = pairs[i].rest[1];
            pairs[i].rest[1] = kept;
            pairs[i].rest[0].weights[1] = pairs[i].x as f32;
            pairs[i].x = -pairs[i].x;
        }
    }

    fn nearest(a: Particle, b: Particle, at: Vec3<f32>) -> Particle {
        let (da, db) = (distance(a.position, at), distance(b.position, at));
        if da <= db { a } else { b }
    }

    fn heavier(p: &mut Particle, by: f32) {
        p.mass += by;
        p.weights[0] = p.mass;
    }

    fn search(x: f32) -> Hit {
        if x > 2.0 {
            return Hit { found: true, at: x };
        }
        Hit { at: 0.0, found: false }
    }

    /// Variables, helpers, arms, loops.
    #[workgroup_size(8)]
    fn through(particles: &[Particle], y: &mut [f32]) {
        let i = global_index();
        if i < particles.len() {
            let mut best = particles[0];
            for k in 1..particles.len() {
                best = nearest(best, particles[k], particles[i].position + 0.25);
            }
            let n = particles.len();
            let mut both = [best, particles[n - 1 - i]];
            heavier(&mut both[1], 3.0);
            heavier(&mut best, 1.0);
            let hit = search(best.position.x);
            let chosen = if i % 2 == 0 { both[0] } else { both[1] };
            y[4 * i] = best.mass + best.weights[0];
            y[4 * i + 1] = both[1].weights[0] - both[0].mass;
            y[4 * i + 2] = if hit.found { hit.at } else { -1.0 };
            y[4 * i + 3] = chosen.position.y + chosen.weights[i % 3];
        }
    }

    #[workgroup_size(4)]
    fn apart(particles: &[Particle], y: &mut [f32]) {
        let i = global_index();
        if i < particles.len() {
            let Particle { mass, kind: k, mut velocity, .. } = particles[i];
            velocity.x += mass;
            let (Hit { found, at }, twice) = (search(mass), 2.0 * mass);
            y[3 * i] = velocity.x + twice;
            y[3 * i + 1] = if found { at } else { 0.5 };
            y[3 * i + 2] = match particles[i] {
                Particle { kind: 0, mass, .. } => mass,
                Particle { kind: 1 | 2, velocity, .. } => velocity.y,
                _ => k as f32,
            };
        }
    }

    #[any_order("sums of whole numbers")]
    #[workgroup_size(8)]
    fn count(counters: &mut [Counters], one: &mut Counters) {
        let i = global_index();
        let n = i % counters.len();
        counters[n].total.fetch_add(i);
        counters[n].slots[i % 3].fetch_sub(1);
        if i < one.limit {
            one.total.fetch_add(1);
            one.slots[0].fetch_max(i as i32);
        }
    }

    #[workgroup_size(4)]
    fn set(settings: Settings, shift: Vec2<i32>, y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            let moved = settings.shift * settings.scale + shift.x as f32;
            y[i] = if settings.on { moved.z + settings.table[i % 4] as f32 } else { shift.y as f32 };
        }
    }

    /// What each invocation puts into a structure of the workgroup another takes out.
    #[workgroup_size(8)]
    fn shared(particles: &[Particle], out: &mut [Particle]) {
        let tile = workgroup::<[Particle; 8]>();
        let sum = workgroup::<Counters>();
        let lane = local_invocation_index();
        let i = global_index();
        if lane == 0 {
            sum.total.store(0);
        }
        workgroup_barrier();
        if i < particles.len() {
            tile[lane] = particles[i];
            sum.total.fetch_add(particles[i].kind);
        }
        workgroup_barrier();
        if i < particles.len() {
            let first = i - lane;
            let last = particles.len().min(first + 8) - 1;
            let mut p = tile[last - i];
            p.kind = sum.total.load();
            out[i] = p;
        }
    }

    #[workgroup_size(4)]
    fn turned(x: &[[Vec3<f32>; 2]], y: &mut [[f32; 3]]) {
        let i = global_index();
        if i < x.len() {
            let mut grid = [[0.0; 3]; 2];
            for k in 0..2 {
                let v = x[i][k];
                grid[k] = [v.z, v.y, v.x];
            }
            for k in 0..3 {
                y[i][k] = grid[0][k] - grid[1][2 - k];
            }
        }
    }
}

fn particles(count: usize) -> Vec<Particle> {
    let particle = |n: usize| {
        let x = n as f32;
        Particle {
            position: Vec3 {
                x,
                y: -x,
                z: 0.5 * x,
            },
            mass: 1.5 + x,
            velocity: Vec2 { x: 0.25, y: x },
            weights: [x, x + 1.0, x + 2.0],
            kind: n as u32 % 4,
        }
    };
    (0..count).map(particle).collect()
}

pub(super) fn in_buffers(device: &Device) -> Outcome {
    for count in [0, 1, 16, 37] {
        let given = particles(count);
        let mut buffer = device.upload(&given)?;
        assert_eq!(buffer.read()?, given);
        let mut out = device.zeros::<Particle>(count)?;
        let args = step::Args {
            particles: &mut buffer,
            out: &mut out,
            dt: 0.5,
        };
        step().launch(device, Grid::cover(count), args)?;
        let (mut moved, mut copied) = (given.clone(), given.clone());
        for (i, (to, out)) in moved.iter_mut().zip(&mut copied).enumerate() {
            let p = given[i];
            *out = Particle {
                mass: 2.0 * p.mass,
                kind: p.kind + i as u32,
                ..p
            };
            to.position.x += p.velocity.x * 0.5;
            to.position.y += p.velocity.y * 0.5;
            to.weights = [2, 1, 0].map(|k| p.weights[k] + p.mass);
            if p.kind == 1 {
                to.velocity = Vec2 {
                    x: -p.velocity.x,
                    y: -p.velocity.y,
                };
            }
        }
        assert_eq!(buffer.read()?, moved);
        assert_eq!(out.read()?, copied);

        let pair = |n: usize| Pair {
            first: given[n],
            rest: [moved[n], copied[n]],
            x: n as i32 - 3,
        };
        let pairs: Vec<Pair> = (0..count).map(pair).collect();
        let mut buffer = device.upload(&pairs)?;
        swap().launch(
            device,
            Grid::cover(count),
            swap::Args { pairs: &mut buffer },
        )?;
        let swapped = pairs.iter().map(|pair| {
            let mut to = Pair {
                first: pair.rest[1],
                x: -pair.x,
                ..*pair
            };
            to.rest[1] = pair.first;
            to.rest[0].weights[1] = pair.x as f32;
            to
        });
        assert_eq!(buffer.read()?, swapped.collect::<Vec<_>>());
    }
    Ok(())
}

pub(super) fn by_value(device: &Device) -> Outcome {
    let settings = Settings {
        scale: 2.0,
        shift: Vec3 {
            x: 1.0,
            y: 2.0,
            z: 3.0,
        },
        on: true,
        table: [7, 8, 9, 10],
    };
    let shift = Vec2 { x: -1, y: 5 };
    for on in [true, false] {
        let mut y = device.zeros::<f32>(5)?;
        let settings = Settings { on, ..settings };
        set().launch(
            device,
            Grid::cover(5),
            set::Args {
                settings,
                shift,
                y: &mut y,
            },
        )?;
        let expected = if on {
            [12.0, 13.0, 14.0, 15.0, 12.0]
        } else {
            [5.0; 5]
        };
        assert_eq!(y.read()?, expected);
    }
    // By name, and what does not fit.
    let mut y = device.zeros::<f32>(1)?;
    let arguments = vec![
        ("settings", Argument::value(&settings)),
        ("shift", Argument::value(&1u32)),
        ("y", Argument::write(&mut y)),
    ];
    let refused = set().launch_named(device, Grid::cover(1), arguments);
    let Err(Error::Launch(LaunchError::Mismatch { param, .. })) = &refused else {
        return Err(format!("{refused:?}").into());
    };
    assert_eq!(param, "shift");
    Ok(())
}

pub(super) fn constants_of_the_host(device: &Device) -> Outcome {
    let mut y = device.zeros::<f32>(7)?;
    constants().launch(device, Grid::cover(7), constants::Args { y: &mut y })?;
    assert_eq!(y.read()?, [3.5, -1.0, 6.5, 1.5, 1.0, 3.5, 4.5]);
    Ok(())
}

pub(super) fn taken_apart(device: &Device) -> Outcome {
    let given = particles(9);
    let buffer = device.upload(&given)?;
    let mut y = device.zeros::<f32>(27)?;
    apart().launch(
        device,
        Grid::cover(9),
        apart::Args {
            particles: &buffer,
            y: &mut y,
        },
    )?;
    let expected = given.iter().flat_map(|p| {
        let found = if p.mass > 2.0 { p.mass } else { 0.5 };
        let third = [p.mass, p.velocity.y, p.velocity.y, 3.0][p.kind as usize];
        [p.velocity.x + 3.0 * p.mass, found, third]
    });
    assert_eq!(y.read()?, expected.collect::<Vec<_>>());

    let mut y = device.zeros::<f32>(36)?;
    through().launch(
        device,
        Grid::cover(9),
        through::Args {
            particles: &buffer,
            y: &mut y,
        },
    )?;
    let expected = (0..9).flat_map(|i| {
        // The nearest to a point close to a particle is the particle.
        let (best, other) = (given[i], given[8 - i]);
        let heavy = other.mass + 3.0;
        let mut weights = other.weights;
        weights[0] = heavy;
        let (y, weights) = if i % 2 == 0 {
            (best.position.y, best.weights)
        } else {
            (other.position.y, weights)
        };
        let found = if best.position.x > 2.0 {
            best.position.x
        } else {
            -1.0
        };
        [
            2.0 * (best.mass + 1.0),
            heavy - best.mass,
            found,
            y + weights[i % 3],
        ]
    });
    assert_eq!(y.read()?, expected.collect::<Vec<_>>());
    Ok(())
}

pub(super) fn atomics_as_fields(device: &Device) -> Outcome {
    let counters = Counters {
        total: 1,
        slots: [0, 10, 20],
        limit: 5,
    };
    let mut many = device.upload(&vec![counters.clone(); 2])?;
    let mut one = device.upload(&[counters])?;
    let args = count::Args {
        counters: &mut many,
        one: &mut one,
    };
    count().launch(device, Grid::cover(8), args)?;
    let slots = |n: u32| {
        let taken = |slot: u32| (0..8u32).filter(|i| i % 2 == n && i % 3 == slot).count() as i32;
        [0, 10, 20]
            .iter()
            .zip(0..)
            .map(|(was, slot)| was - taken(slot))
            .collect::<Vec<_>>()
    };
    for (n, counters) in (0..).zip(many.read()?) {
        let sum: u32 = (0..8).filter(|i| i % 2 == n).sum();
        assert_eq!(
            (counters.total, counters.slots.to_vec()),
            (1 + sum, slots(n))
        );
    }
    assert_eq!(
        one.read()?,
        [Counters {
            total: 6,
            slots: [4, 10, 20],
            limit: 5
        }]
    );
    Ok(())
}

pub(super) fn of_a_workgroup(device: &Device) -> Outcome {
    for count in [1, 8, 19] {
        let given = particles(count);
        let buffer = device.upload(&given)?;
        let mut out = device.zeros::<Particle>(count)?;
        let args = shared::Args {
            particles: &buffer,
            out: &mut out,
        };
        shared().launch(device, Grid::cover(count), args)?;
        let expected = given.chunks(8).flat_map(|group| {
            let kind = group.iter().map(|p| p.kind).sum();
            group.iter().rev().map(move |p| Particle { kind, ..*p })
        });
        assert_eq!(out.read()?, expected.collect::<Vec<_>>());
    }
    Ok(())
}

pub(super) fn arrays_of_arrays(device: &Device) -> Outcome {
    for count in [1, 7] {
        let vector = |n: usize| Vec3 {
            x: n as f32,
            y: 10.0 * n as f32,
            z: -1.0,
        };
        let given: Vec<[Vec3<f32>; 2]> = (0..count).map(|n| [vector(n), vector(n + 5)]).collect();
        let x = device.upload(&given)?;
        let mut y = device.zeros::<[f32; 3]>(count)?;
        turned().launch(
            device,
            Grid::cover(count),
            turned::Args { x: &x, y: &mut y },
        )?;
        let expected = given.iter().map(|[a, b]| [a.z - b.x, a.y - b.y, a.x - b.z]);
        assert_eq!(y.read()?, expected.collect::<Vec<_>>());
    }
    Ok(())
}

pub(super) fn one_element(device: &Device) -> Outcome {
    let p = particles(4)[3];
    let mut state = device.upload(&[p])?;
    let settings = Vec4 {
        x: 1.0,
        y: 2.0,
        z: 3.0,
        w: 4.0,
    };
    let shift = Vec3 {
        x: settings.x,
        y: settings.y,
        z: settings.z,
    };
    let given = device.upload(&[OneSetting { scale: 0.5, shift }])?;
    let mut y = device.zeros::<f32>(1)?;
    let args = one::Args {
        state: &mut state,
        given: &given,
        y: &mut y,
    };
    one().launch(device, Grid::cover(1), args)?;
    let mass = p.mass + 0.5;
    assert_eq!(
        state.read()?,
        [Particle {
            mass,
            weights: [1.0, mass, 2.0],
            ..p
        }]
    );
    assert_eq!(y.read()?, [mass + p.position.z]);

    let mut two = device.upload(&[p, p])?;
    let args = one::Args {
        state: &mut two,
        given: &given,
        y: &mut y,
    };
    let refused = one().launch(device, Grid::cover(1), args);
    let refused = refused.unwrap_err().to_string();
    assert_eq!(
        refused,
        "`state` of kernel `one` is one element, and a buffer of 2 was given"
    );
    // A truth value has no place in a buffer.
    let refused = device.zeros::<Settings>(1).unwrap_err().to_string();
    assert_eq!(
        refused,
        "`Settings.on` is a truth value, which no buffer holds; use `u32` with 0 and 1"
    );
    Ok(())
}

shader! {
    struct OneSetting {
        scale: f32,
        shift: Vec3<f32>,
    }

    #[workgroup_size(1)]
    fn one(state: &mut Particle, given: &OneSetting, y: &mut [f32]) {
        state.mass += given.scale;
        state.weights = [1.0, state.mass, given.shift.y];
        let s = *state;
        y[0] = s.weights[1] + s.position.z;
    }
}
