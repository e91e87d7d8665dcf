//! Kernels of convolutions that treat several channels at a time.
//!
//! An invocation has [`EACH`] channels of a group in registers at one place, so that each element of the image is read once for all of them: five loads for four products, where
//! the [direct kernels](super::conv2d) have eight. Terms of each sum come in the same order. A group of fewer channels leaves sums unused, a group of one all but one, and so
//! has the direct kernels.

use super::window::{is_on, meets, past};
use crate::prelude::*;

shader! {
    /// Channels that an invocation treats.
    pub const EACH: u32 = 4;
    /// Invocations per workgroup: what a subgroup of most GPUs has.
    const BLOCK: u32 = 32;

    /// The channels of a block; the last of `count` for those beyond it, of which nothing is made.
    fn channels(block: u32, count: u32) -> Vec4<u32> {
        (vec4(0, 1, 2, 3) + EACH * block).min(Vec4::splat(count - 1))
    }

    /// How many blocks so many channels make.
    fn blocks(channels: u32) -> u32 {
        (channels + EACH - 1) / EACH
    }

    /// y = b + Σ f·x as of [`conv2d`](super::conv2d::conv2d()); one invocation per element of y and block of filters.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_tiled(
        x: &[f32],
        f: &[f32],
        b: &[f32],
        y: &mut [f32],
        groups: u32,
        cin: u32,
        cout: u32,
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        hout: u32,
        wout: u32,
        stride_h: u32,
        stride_w: u32,
        padding_h: u32,
        padding_w: u32,
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < y.len() / cout * blocks(cout) {
            let j = at % wout;
            let i = at / wout % hout;
            let block = at / (wout * hout) % blocks(cout);
            // Which group of which image.
            let part = at / (wout * hout * blocks(cout));
            let (plane, places) = (h * w, kh * kw);
            let filters = channels(block, cout) + part % groups * cout;
            let begins = filters * (cin * places);
            let mut sums = vec4(b[filters.x], b[filters.y], b[filters.z], b[filters.w]);
            for p in 0..kh {
                let row = i * stride_h + p * dilation_h;
                if is_on(row, padding_h, h) {
                    for q in 0..kw {
                        let col = j * stride_w + q * dilation_w;
                        if is_on(col, padding_w, w) {
                            let read = (part * cin * h + past(row, padding_h)) * w + past(col, padding_w);
                            for c in 0..cin {
                                let place = begins + (c * places + p * kw + q);
                                sums += vec4(f[place.x], f[place.y], f[place.z], f[place.w]) * x[read + c * plane];
                            }
                        }
                    }
                }
            }
            #[unroll]
            for k in 0..EACH {
                if EACH * block + k < cout {
                    y[((part * cout + EACH * block + k) * hout + i) * wout + j] = sums[k];
                }
            }
        }
    }

    /// dx = Σ f·dy as of [`conv2d_dx`](super::conv2d::conv2d_dx()); one invocation per element of x and block of channels.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_dx_tiled(
        f: &[f32],
        dy: &[f32],
        dx: &mut [f32],
        groups: u32,
        cin: u32,
        cout: u32,
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        hout: u32,
        wout: u32,
        stride_h: u32,
        stride_w: u32,
        padding_h: u32,
        padding_w: u32,
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < dx.len() / cin * blocks(cin) {
            let col = at % w + padding_w;
            let row = at / w % h + padding_h;
            let block = at / (w * h) % blocks(cin);
            // Which group of which image.
            let part = at / (w * h * blocks(cin));
            let (filter, plane, places) = (cin * kh * kw, hout * wout, kh * kw);
            let begins = channels(block, cin) * places + part % groups * cout * filter;
            let mut sums = Vec4::splat(0.0);
            for p in 0..kh {
                let i = past(row, p * dilation_h) / stride_h;
                if i < hout && meets(row, p * dilation_h, stride_h) {
                    for q in 0..kw {
                        let j = past(col, q * dilation_w) / stride_w;
                        if j < wout && meets(col, q * dilation_w, stride_w) {
                            let given = (part * cout * hout + i) * wout + j;
                            for o in 0..cout {
                                let place = begins + (o * filter + p * kw + q);
                                sums += vec4(f[place.x], f[place.y], f[place.z], f[place.w]) * dy[given + o * plane];
                            }
                        }
                    }
                }
            }
            #[unroll]
            for k in 0..EACH {
                if EACH * block + k < cin {
                    dx[((part * cin + EACH * block + k) * h + row - padding_h) * w + col - padding_w] = sums[k];
                }
            }
        }
    }

    /// df = Σ x·dy as of [`conv2d_df`](super::conv2d::conv2d_df()); one invocation per element of a filter and block of filters.
    #[workgroup_size(BLOCK)]
    pub fn conv2d_df_tiled(
        x: &[f32],
        dy: &[f32],
        df: &mut [f32],
        batch: u32,
        groups: u32,
        cin: u32,
        cout: u32,
        h: u32,
        w: u32,
        kh: u32,
        kw: u32,
        hout: u32,
        wout: u32,
        stride_h: u32,
        stride_w: u32,
        padding_h: u32,
        padding_w: u32,
        dilation_h: u32,
        dilation_w: u32,
    ) {
        let at = global_index();
        if at < df.len() / cout * blocks(cout) {
            let q = at % kw;
            let p = at / kw % kh;
            let c = at / (kw * kh) % cin;
            let block = at / (kw * kh * cin) % blocks(cout);
            let group = at / (kw * kh * cin * blocks(cout));
            let filters = channels(block, cout) + group * cout;
            let mut sums = Vec4::splat(0.0);
            for image in 0..batch {
                let channel = (image * groups + group) * cin + c;
                for i in 0..hout {
                    let row = i * stride_h + p * dilation_h;
                    if is_on(row, padding_h, h) {
                        let read = (channel * h + past(row, padding_h)) * w;
                        let given = ((filters + image * groups * cout) * hout + i) * wout;
                        for j in 0..wout {
                            let col = j * stride_w + q * dilation_w;
                            if is_on(col, padding_w, w) {
                                let place = given + j;
                                sums += vec4(dy[place.x], dy[place.y], dy[place.z], dy[place.w]) * x[read + past(col, padding_w)];
                            }
                        }
                    }
                }
            }
            #[unroll]
            for k in 0..EACH {
                if EACH * block + k < cout {
                    df[(((group * cout + EACH * block + k) * cin + c) * kh + p) * kw + q] = sums[k];
                }
            }
        }
    }
}

/// Invocations for so many elements, in groups of so many channels.
pub(super) fn invocations(elements: usize, channels: usize) -> usize {
    elements / channels.max(1) * channels.div_ceil(EACH as usize)
}
