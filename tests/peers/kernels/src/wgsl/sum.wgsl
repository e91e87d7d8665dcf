struct Params { len: u32, each: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> scratch: array<f32, 64>;

// y[group] = the sum of `each` numbers, of which eight invocations at a time have an eighth.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    let first = group.x * params.each;
    let stretch = (params.each + 7u) / 8u;
    let begin = first + lane / 8u * stretch;
    let end = min(min(first + params.each, params.len), begin + stretch);
    var sum = 0.0;
    for (var i = begin + lane % 8u; i < end; i += 8u) {
        sum += x[i];
    }
    scratch[lane] = sum;
    workgroupBarrier();
    if lane < 8u {
        for (var j = 1u; j < 8u; j++) {
            scratch[lane] += scratch[lane + 8u * j];
        }
    }
    workgroupBarrier();
    if lane == 0u {
        var total = scratch[0];
        for (var j = 1u; j < 8u; j++) {
            total += scratch[j];
        }
        y[group.x] = total;
    }
}
