use hesper_shader::shader;

shader! {
    fn square<T: Copy>(x: T) -> T {
        x * x
    }
}

fn main() {}
