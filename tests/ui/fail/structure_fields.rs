use hesper_shader::shader;

shader! {
    struct Pair(f32, f32);
    struct Nothing;
}

fn main() {}
