#![deny(unused_variables)]

use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut sum = x[0];
        let scale = 2.0;
        y[n] = x[n];
    }
}

fn main() {}
