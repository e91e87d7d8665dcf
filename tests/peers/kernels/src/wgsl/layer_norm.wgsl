struct Params { rows: u32, cols: u32, eps: f32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> gamma: array<f32>;
@group(0) @binding(2) var<storage, read> beta: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> m: array<f32>;
@group(0) @binding(5) var<storage, read_write> r: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
    if group.x >= params.rows {
        return;
    }
    let start = group.x * params.cols;
    var sum = 0.0;
    for (var j = lane; j < params.cols; j += 64u) {
        sum += x[start + j];
    }
    let mean = sum_all(sum, lane) / f32(params.cols);
    // Squares of numbers divided by the greatest are in range.
    var greatest = 1.0;
    for (var j = lane; j < params.cols; j += 64u) {
        greatest = max(greatest, abs(x[start + j]));
    }
    let unit = max_all(greatest, lane);
    var squares = 0.0;
    for (var j = lane; j < params.cols; j += 64u) {
        let centred = (x[start + j] - mean) / unit;
        squares += centred * centred;
    }
    let variance = sum_all(squares, lane) / f32(params.cols);
    let small = params.eps / unit / unit;
    var scale = inverseSqrt(variance * unit * unit + params.eps);
    if variance > small {
        scale = inverseSqrt(variance + small) / unit;
    }
    for (var j = lane; j < params.cols; j += 64u) {
        y[start + j] = (x[start + j] - mean) * scale * gamma[j] + beta[j];
    }
    if lane == 0u {
        m[group.x] = mean;
        r[group.x] = scale;
    }
}
