use hesper_shader::shader;

shader! {
    struct Pair<T> {
        first: T,
        second: T,
    }
}

fn main() {}
