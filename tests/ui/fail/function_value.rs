use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = h(x[0], |a| a * 2.0);
    }

    fn h(x: f32, f: impl Fn(f32) -> f32) -> f32 {
        f + x
    }
}

fn main() {}
