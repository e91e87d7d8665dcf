struct Params { rows: u32, cols: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    if group.x >= params.rows {
        return;
    }
    let start = group.x * params.cols;
    var greatest = -3.4e38;
    for (var j = lane; j < params.cols; j += 64u) {
        greatest = max(greatest, x[start + j]);
    }
    let top = max_all(greatest, lane);
    var sum = 0.0;
    for (var j = lane; j < params.cols; j += 64u) {
        sum += exp(x[start + j] - top);
    }
    let total = sum_all(sum, lane);
    for (var j = lane; j < params.cols; j += 64u) {
        y[start + j] = exp(x[start + j] - top) / total;
    }
}
