use hesper_shader::shader;

shader! {
    enum Kind {
        Near,
        Far,
    }
}

fn main() {}
