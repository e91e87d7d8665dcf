use hesper_shader::shader;

shader! {
    struct Rows<'a> {
        x: &'a [f32],
        len: u32,
    }

    fn first(rows: Rows<'_>) -> f32 {
        rows.x[0] * rows.width as f32
    }
}

fn main() {}
