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
    pub fn missing(x: &[f32], y: &mut [f32]) {
        let rows = Rows { x };
        y[0] = first(rows);
    }

    #[workgroup_size(64)]
    pub fn unknown(x: &[f32], y: &mut [f32]) {
        let rows = Rows { x, len: 1, width: 2 };
        y[0] = first(rows);
    }
}

fn main() {}
