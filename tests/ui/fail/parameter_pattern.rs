use hesper_shader::shader;

shader! {
    fn sum((a, b): f32) -> f32 {
        a + b
    }
}

fn main() {}
