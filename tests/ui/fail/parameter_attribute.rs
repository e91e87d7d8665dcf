use hesper_shader::shader;

shader! {
    fn square(#[inline] x: f32) -> f32 {
        x * x
    }
}

fn main() {}
