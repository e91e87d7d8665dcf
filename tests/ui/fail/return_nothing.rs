use hesper_shader::shader;

shader! {
    fn positive(x: f32) -> f32 {
        if x < 0.0 {
            return;
        }
        x
    }
}

fn main() {}
