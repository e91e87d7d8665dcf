struct Params { rows: u32, inner: u32, cols: u32 }

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

fn lines(first: u32, apart: u32, count: u32) -> vec4<u32> {
    return min(first + apart * vec4(0u, 1u, 2u, 3u), vec4(count - 1u));
}

fn of_a(start: vec4<u32>, k: u32) -> vec4<f32> {
    return vec4(a[start.x + k], a[start.y + k], a[start.z + k], a[start.w + k]);
}

fn of_b(col: vec4<u32>, start: u32) -> vec4<f32> {
    return vec4(b[start + col.x], b[start + col.y], b[start + col.z], b[start + col.w]);
}

fn put(sum: vec4<f32>, row: u32, col: u32) {
    if row < params.rows {
        for (var j = 0u; j < 4u; j++) {
            if col + j * 8u < params.cols {
                y[row * params.cols + col + j * 8u] = sum[j];
            }
        }
    }
}

// 32 × 64 elements for each workgroup, eight by eight for each invocation.
@compute @workgroup_size(8, 4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    let row = 32u * group.y + local.y;
    let col = 64u * group.x + local.x;
    let upper = lines(row, 4u, params.rows) * params.inner;
    let lower = lines(row + 16u, 4u, params.rows) * params.inner;
    let near = lines(col, 8u, params.cols);
    let far = lines(col + 32u, 8u, params.cols);
    var left0 = vec4(0.0);
    var right0 = vec4(0.0);
    var left1 = vec4(0.0);
    var right1 = vec4(0.0);
    var left2 = vec4(0.0);
    var right2 = vec4(0.0);
    var left3 = vec4(0.0);
    var right3 = vec4(0.0);
    var left4 = vec4(0.0);
    var right4 = vec4(0.0);
    var left5 = vec4(0.0);
    var right5 = vec4(0.0);
    var left6 = vec4(0.0);
    var right6 = vec4(0.0);
    var left7 = vec4(0.0);
    var right7 = vec4(0.0);
    for (var k = 0u; k < params.inner; k++) {
        let a0 = of_a(upper, k);
        let a1 = of_a(lower, k);
        let b0 = of_b(near, k * params.cols);
        let b1 = of_b(far, k * params.cols);
        left0 += b0 * a0.x;
        right0 += b1 * a0.x;
        left1 += b0 * a0.y;
        right1 += b1 * a0.y;
        left2 += b0 * a0.z;
        right2 += b1 * a0.z;
        left3 += b0 * a0.w;
        right3 += b1 * a0.w;
        left4 += b0 * a1.x;
        right4 += b1 * a1.x;
        left5 += b0 * a1.y;
        right5 += b1 * a1.y;
        left6 += b0 * a1.z;
        right6 += b1 * a1.z;
        left7 += b0 * a1.w;
        right7 += b1 * a1.w;
    }
    put(left0, row + 0u, col);
    put(right0, row + 0u, col + 32u);
    put(left1, row + 4u, col);
    put(right1, row + 4u, col + 32u);
    put(left2, row + 8u, col);
    put(right2, row + 8u, col + 32u);
    put(left3, row + 12u, col);
    put(right3, row + 12u, col + 32u);
    put(left4, row + 16u, col);
    put(right4, row + 16u, col + 32u);
    put(left5, row + 20u, col);
    put(right5, row + 20u, col + 32u);
    put(left6, row + 24u, col);
    put(right6, row + 24u, col + 32u);
    put(left7, row + 28u, col);
    put(right7, row + 28u, col + 32u);
}
