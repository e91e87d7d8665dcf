use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32], #[comptime] mut by: f32) {
        y[0] = by;
    }
}

fn main() {}
