use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(x: &[f32], y: &mut [f32], n: u32) {
        let __hesper_i = global_index();
        y[__hesper_i] = 0.0;
    }
}

fn main() {}
