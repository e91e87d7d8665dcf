use hesper_shader::shader;

shader! {
    fn first(&self, x: &[f32]) -> f32 {
        x[0]
    }
}

fn main() {}
