use hesper_shader::shader;

shader! {
    struct Log {
        entries: [f32],
        count: u32,
    }
}

fn main() {}
