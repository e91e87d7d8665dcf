use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        assert!(n, "{} is not zero", n);
        y[0] = x[0];
    }
}

fn main() {}
