use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut v = vec2(1.0, 2.0);
        y[0] = v.x[n];
    }
}

fn main() {}
