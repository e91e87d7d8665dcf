//! Structures: in arrays and alone, nested, with arrays and atomics inside, with an array of runtime length at the end, and matrices.

use hesper_shader::tree::Tree;
use hesper_shader::{Kernel, shader};

shader! {
    #[derive(Clone, Copy)]
    struct Point {
        at: Vec3<f32>,
        weight: f32,
        tags: [u32; 2],
    }

    struct Line {
        ends: [Point; 2],
        hits: Atomic<u32>,
        slope: Vec2<f32>,
    }

    #[derive(Clone, Copy)]
    struct View {
        turn: Mat2<f32>,
        near: u32,
    }

    #[any_order("counts")]
    #[workgroup_size(4)]
    fn structures(points: &[Point], lines: &mut [Line], origin: &Point, view: View, rows: &mut [[f32; 3]]) {
        let shared = workgroup::<[Point; 4]>();
        let i = global_index();
        let lane = local_invocation_index();
        shared[lane] = points[i];
        workgroup_barrier();
        let mut p = shared[3 - lane];
        p.at += origin.at;
        p.tags[i % 2] = view.near;
        lines[i].ends[1] = p;
        lines[i].ends[0].at.z = origin.weight;
        lines[i].slope = view.turn * vec2(p.at.x, p.weight);
        if p.tags[1] > 2 {
            lines[i].hits.fetch_add(1);
        }
        rows[i][p.tags[0] % 3] = p.at.y;
    }
}

shader! {
    struct Path {
        points: [Point],
    }

    struct Log {
        weight: f32,
        count: Atomic<u32>,
        entries: [Point],
    }

    struct Counts {
        bins: [[Atomic<i32>; 2]],
    }

    fn nearest(points: &[Point], i: u32) -> f32 {
        points[i].at.x + points[points.len() - 1].weight
    }

    fn kept(log: &mut Log, p: Point) {
        let slot = log.count.fetch_add(1);
        if slot < log.entries.len() {
            log.entries[slot] = p;
        }
    }

    #[any_order("a list, and counts")]
    #[workgroup_size(4)]
    fn tails(first: &Path, log: &mut Log, counts: &mut Counts) {
        let i = global_index();
        if i < first.points.len() {
            let mut p = first.points[i];
            p.weight = log.weight + nearest(first.points, i);
            kept(log, p);
            counts.bins[i % counts.bins.len()][p.tags[0] % 2].fetch_add(1);
        }
    }
}

pub(crate) fn structures_in_buffers() -> Tree {
    tree(&structures())
}

pub(crate) fn structures_with_tails() -> Tree {
    tree(&tails())
}

fn tree(kernel: &Kernel) -> Tree {
    kernel
        .tree()
        .map(|tree| tree.to_tree())
        .unwrap_or_else(|error| panic!("{error}"))
}
