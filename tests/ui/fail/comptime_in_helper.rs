use hesper_shader::shader;

shader! {
    fn scale(x: f32, #[comptime] by: f32) -> f32 {
        x * by
    }
}

fn main() {}
