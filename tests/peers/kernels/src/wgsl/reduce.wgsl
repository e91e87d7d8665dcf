var<workgroup> scratch: array<f32, 64>;

fn sum_all(value: f32, lane: u32) -> f32 {
    workgroupBarrier();
    scratch[lane] = value;
    workgroupBarrier();
    for (var stride = 32u; stride > 0u; stride /= 2u) {
        if lane < stride {
            scratch[lane] += scratch[lane + stride];
        }
        workgroupBarrier();
    }
    return scratch[0];
}

fn max_all(value: f32, lane: u32) -> f32 {
    workgroupBarrier();
    scratch[lane] = value;
    workgroupBarrier();
    for (var stride = 32u; stride > 0u; stride /= 2u) {
        if lane < stride {
            scratch[lane] = max(scratch[lane], scratch[lane + stride]);
        }
        workgroupBarrier();
    }
    return scratch[0];
}
