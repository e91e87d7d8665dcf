use hesper_shader::shader;

shader! {
    struct Rows<'a, const N: u32> {
        x: &'a [f32],
    }
}

fn main() {}
