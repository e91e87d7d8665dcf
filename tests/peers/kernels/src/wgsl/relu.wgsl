@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

// 512 numbers for each workgroup.
@compute @workgroup_size(32)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.y * groups.x + group.x) * 512u;
    let end = min(arrayLength(&y), first + 512u);
    for (var i = first + lane; i < end; i += 32u) {
        y[i] = max(x[i], 0.0);
    }
}
