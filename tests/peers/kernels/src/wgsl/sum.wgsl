struct Params { len: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

// y[group] = the sum of `each` numbers.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group.x * params.each;
    let end = min(first + params.each, params.len);
    var sum = 0.0;
    for (var i = first + lane; i < end; i += 64u) {
        sum += x[i];
    }
    let total = sum_all(sum, lane);
    if lane == 0u {
        y[group.x] = total;
    }
}
