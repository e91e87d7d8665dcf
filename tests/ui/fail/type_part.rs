use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let pair = (x[0], n);
        y[0] = pair.2;
        y[1] = x[0].0;
    }
}

fn main() {}
