use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        'outer: for i in 0..n {
            y[i] = 0.0;
            break 'other;
        }
    }
}

fn main() {}
