use hesper_shader::shader;

shader! {
    fn positive(x: f32) -> f32 {
        x.max(0.0);
    }
}

fn main() {}
