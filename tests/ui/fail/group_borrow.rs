use hesper_shader::shader;

shader! {
    struct Rows<'a> {
        x: &'a [f32],
        len: u32,
    }

    fn first(rows: Rows<'_>) -> f32 {
        rows.x[0]
    }

    #[workgroup_size(64)]
    pub fn copy(x: &[f32], y: &mut [f32]) {
        let value = x[0];
        let rows = Rows { x: value, len: 1 };
        y[0] = first(rows);
        let rows = Rows { x: y, len: 1.0 };
        y[0] = first(rows);
    }
}

fn main() {}
