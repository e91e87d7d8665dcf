use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        n += 1;
        y[n] = 0.0;
    }
}

fn main() {}
