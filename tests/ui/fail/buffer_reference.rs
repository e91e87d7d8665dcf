use hesper_shader::shader;

shader! {
    fn first(x: &[f32]) -> f32 {
        x[0]
    }

    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = first(&x);
    }
}

fn main() {}
