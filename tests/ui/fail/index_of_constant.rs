use hesper_shader::shader;

const WEIGHTS: [f32; 2] = [0.5, 0.25];

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = WEIGHTS[n];
    }
}

fn main() {}
