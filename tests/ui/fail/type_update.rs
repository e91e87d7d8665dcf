use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut sum = 0.0;
        sum += n;
        y[0] = sum;
    }
}

fn main() {}
