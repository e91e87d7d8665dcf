use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        loop {
            break y[0];
        }
        'a: {
            break 'a 1.0;
        }
    }
}

fn main() {}
