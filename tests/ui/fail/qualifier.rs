use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    async unsafe fn k(y: &mut [f32]) {
        y[global_index()] = 0.0;
    }
}

fn main() {}
