use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = h(x[0]);
    }

    fn h(a: &f32) -> f32 {
        a + 1.0
    }
}

fn main() {}
