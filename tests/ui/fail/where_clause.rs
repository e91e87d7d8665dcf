use hesper_shader::shader;

shader! {
    fn square(x: f32) -> f32
    where
        f32: Copy,
    {
        x * x
    }
}

fn main() {}
