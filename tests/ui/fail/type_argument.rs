use hesper_shader::shader;

shader! {
    fn twice(x: f32) -> f32 {
        x * 2.0
    }

    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = twice(n);
    }
}

fn main() {}
