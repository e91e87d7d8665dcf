use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let mut list = [1.0, 2.0];
        y[0] = h(&list) + h(x[0]);
    }

    fn h(x: &[f32]) -> f32 {
        x[0]
    }
}

fn main() {}
