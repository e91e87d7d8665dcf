use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        y[0] = 1.0 + loop {
            if n > 3 {
                return;
            }
        };
    }
}

fn main() {}
