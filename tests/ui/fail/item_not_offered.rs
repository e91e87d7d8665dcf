use hesper_shader::shader;

shader! {
    struct Options {
        scale: f32,
    }
}

fn main() {}
