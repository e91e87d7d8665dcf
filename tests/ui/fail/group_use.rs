use hesper_shader::shader;

shader! {
    struct Rows<'a> {
        x: &'a [f32],
        len: u32,
    }

    fn first(rows: Rows<'_>) -> f32 {
        let other = rows;
        other.x[0]
    }

    #[workgroup_size(64)]
    pub fn copy(x: &[f32], y: &mut [f32]) {
        let rows = Rows { x, len: 1 };
        let rows = 1.0;
        y[0] = rows + first(rows);
    }
}

fn main() {}
