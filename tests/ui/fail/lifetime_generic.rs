use hesper_shader::shader;

shader! {
    fn first<'a>(x: &'a [f32]) -> f32 {
        x[0]
    }
}

fn main() {}
