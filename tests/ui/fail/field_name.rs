use hesper_shader::shader;

shader! {
    struct Line {
        xy: f32,
        length: f32,
    }
}

fn main() {}
