use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let f = |a| a * 2.0;
        y[0] = (|a| a + 1.0)(x[0]);
    }
}

fn main() {}
