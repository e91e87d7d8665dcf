use hesper_shader::shader;

shader! {
    fn count(x: f32) -> u32 {
        x * 2.0
    }
}

fn main() {}
