use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        'a: {
            if n > 3 {
                continue 'a;
            }
            y[0] = 1.0;
        }
    }
}

fn main() {}
