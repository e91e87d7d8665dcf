use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let v = vec2f(x[0], x[1]);
        let bits = floatBitsToUint(x[0]);
        let texel = textureLoad(n);
        y[0] = max(x[0], 0.0);
        y[1] = f32(n);
    }
}

fn main() {}
