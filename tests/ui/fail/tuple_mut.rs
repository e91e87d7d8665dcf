use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut pair = (x[0], n);
        let mut typed: (f32, u32) = pair;
        y[0] = pair.0;
    }
}

fn main() {}
