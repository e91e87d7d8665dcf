//! Every construct of the language once.

#![deny(
    warnings,
    unused,
    nonstandard_style,
    rust_2018_idioms,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unused_qualifications,
    single_use_lifetimes,
    unused_lifetimes,
    unused_results
)]

use hesper_shader::shader;

const SCALE: f32 = 0.5;

shader! {
    const HALF: f32 = 0.5;

    /// y = max(x, 0), elementwise.
    #[workgroup_size(64)]
    pub fn relu(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i].max(0.0);
        }
    }

    /// dx = dy where x > 0, else 0.
    #[workgroup_size(64)]
    pub fn relu_backward(x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let i = global_index();
        if i < dx.len() {
            dx[i] = if x[i] > 0.0 { dy[i] } else { 0.0 };
        }
    }

    #[workgroup_size(N)]
    pub(crate) fn softmax<const N: u32>(
        /// The input.
        x: &[f32],
        y: &mut [f32],
        columns: u32,
        #[comptime] temperature: f32,
    ) {
        let tile = workgroup::<[f32; N]>();
        let total = workgroup::<f32>();
        let row = workgroup_index();
        let lane = local_invocation_index();
        let mut best = neg_infinity();
        for c in (lane..columns).step_by(N) {
            best = best.max(x[row * columns + c] / temperature);
        }
        tile[lane] = best;
        workgroup_barrier();
        let mut stride = N / 2;
        while stride > 0 {
            if lane < stride {
                tile[lane] = tile[lane].max(tile[lane + stride]);
            }
            workgroup_barrier();
            stride /= 2;
        }
        if lane == 0 {
            total = 0.0;
            for c in (0..=columns - 1).rev() {
                total += (x[row * columns + c] - tile[0]).exp();
            }
        }
        workgroup_barrier();
        let i = row * columns + lane;
        if lane < columns && i < y.len() {
            y[i] = (x[i] - tile[0]).exp() / total;
        }
    }

    fn square(x: f32) -> f32 {
        x * x
    }

    fn clamp_index(i: i32, n: u32) -> u32 {
        if i < 0 {
            return 0;
        }
        let i = i as u32;
        if i >= n { n - 1 } else { i }
    }

    fn read_at(x: &[f32], mut i: u32) -> f32 {
        i += 1;
        x[i - 1]
    }

    fn write_at<const K: u32>(y: &mut [f32], i: u32, value: f32) {
        y[i] = value + (K as f32);
    }

    fn sum(tile: &mut [f32; 8]) -> f32 {
        let mut acc = 0.0;
        for i in 0..tile.len() {
            acc += tile[i];
        }
        acc
    }

    fn first<const N: u32>(tile: &mut [f32; N]) -> f32 {
        tile[0] + sum_of::<N>(tile) + last(tile)
    }

    fn sum_of<const N: u32>(tile: &mut [f32; N]) -> f32 {
        tile[N - 1]
    }

    fn last<const N: u32>(tile: &mut [f32; N]) -> f32 {
        tile[N - 1]
    }

    fn pairs<const N: u32>(tile: &mut [f32; 2 * N]) -> f32 {
        tile[2 * N - 1]
    }

    /// Lengths that types hold, and lengths that are known when the kernel is built.
    #[workgroup_size(8)]
    fn lengths<const N: u32>(y: &mut [f32], #[comptime] given: u32) {
        const FOUR: u32 = 4;
        let generic = workgroup::<[f32; N]>();
        let constant = workgroup::<[f32; FOUR * 2]>();
        let twice = workgroup::<[f32; 2 * N]>();
        let built = workgroup::<[f32; given]>();
        y[0] = first(generic) + first::<N>(generic) + sum(constant) + first::<8>(constant);
        y[1] = pairs::<4>(constant) + pairs::<N>(twice) + first::<8>(built) + sum(built);
    }

    #[workgroup_size(8, 8)]
    fn everything(a: &[f32], v: &[Vec3<f32>], b: &mut [f32], n: u32, mut k: i32, flag: bool) {
        let grid = workgroup::<[[f32; 8]; 4]>();
        let line = workgroup::<[f32; 8]>();
        let id = global_invocation_id();
        let _ = id.zyx;
        let x: f32 = v[id.x].x;
        let mut p = vec3(x, 1.0, 2.0);
        p.y = 3.0;
        p.z *= HALF;
        let q = (p.xy + Vec2::splat(1.0)) * 2.0;
        k = -k + -1;
        let dots = dot(p, v[0]) + dot(q, p.xy) * SCALE;
        grid[id.x][id.y] = a[id.x].mul_add(2.0, -1.5e-3).powi(2);
        line[id.x] = grid[0][1];
        let m = match k {
            0 => 1.0,
            1 | 2 => 2.0,
            3..=5 => 3.0,
            j if j > 10 => j as f32,
            -1 => 0.0,
            _ => f32::MAX,
        };
        match flag {
            true => b[0] = 1.0,
            false => {
                b[0] = 2.0;
            }
        }
        let chosen = if flag { m } else if n > 3 || a[n] > 0.0 { square(dots) } else { return; };
        let mut count = 0;
        loop {
            count += 1;
            if count > n {
                break;
            }
            if count == 5 {
                continue;
            }
        }
        for _ in 0..3 {
            count = count << 1u32 ^ 0xff_u32 & !n;
        }
        {
            let inner = count % 7;
            count = inner;
        }
        write_at::<{ 3 }>(b, count, read_at(a, clamp_index(k, n)) + chosen + sum(line));
        let _unused = mix(1.0, x, 0.5) + inverse_sqrt(x) + 1f32 + (1u32 as f32);
        storage_barrier()
    }

    fn bump(count: &mut [Atomic<u32>], bins: &mut [Atomic<u32>; 8], by: u32) -> u32 {
        bins[by % 8].fetch_max(by);
        count[0].fetch_add(by)
    }

    #[workgroup_size(64)]
    fn effects<const N: u32>(x: &[f32], y: &mut [f32], count: &mut [Atomic<u32>], c: &mut [Atomic<i32>]) {
        let bins = workgroup::<[Atomic<u32>; 8]>();
        let grid = workgroup::<[[Atomic<i32>; N]; 2]>();
        let total = workgroup::<Atomic<u32>>();
        let shared = workgroup::<[Vec2<f32>; N]>();
        let i = global_index();
        let mut sums = [0.0; N];
        let mut seen: [bool; 2] = [false, i > 3];
        let mut points = [vec2(1.0, 2.0); 4];
        points[i % 4].x = x[i];
        points[i % 4].y += points[0].x;
        seen[0] = !seen[1];
        for k in 0..sums.len() {
            sums[k] += x[k] * 2.0;
        }
        let before = bump(count, bins, 2 + total.load());
        grid[0][1].store(-(before as i32));
        c[i].fetch_sub(grid[1][before % N].swap(3)).wrapping_mul(c[1].fetch_min(4));
        loop {
            let (old, exchanged) = count[i].compare_exchange_weak(0, 1);
            if exchanged || old > 3 {
                break;
            }
        }
        let (_, done) = total.compare_exchange_weak(before, before.wrapping_add(i));
        if done {
            total.store(5)
        }
        let pair = workgroup_uniform_load(shared[0]) * workgroup_uniform_load(total) as f32;
        let sum = subgroup_add(pair.x) + subgroup_broadcast(sums[1], N - 1) + quad_swap_x(pair).y;
        let lane = subgroup_shuffle(subgroup_invocation_id(), 1) + subgroup_ballot(done).x;
        log!("nothing");
        log!("{{}} {} of {}", y[i], y.len());
        if subgroup_elect() && subgroup_any(lane < subgroup_size()) {
            log!("sum {}", sum)
        }
        y[i] = sum;
    }
}

fn main() {
    let kernels = [relu(), relu_backward(), softmax::<64>(2.0), everything(), effects::<8>(), lengths::<8>(8)];
    for kernel in kernels {
        assert!(kernel.tree().is_ok(), "{:?}", kernel.tree());
    }
}
