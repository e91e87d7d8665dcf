use hesper_shader::shader;

shader! {
    struct Rows<'a> {
        x: &'a [f32],
        y: &'a mut [f32],
    }

    #[workgroup_size(64)]
    pub fn copy(rows: Rows<'_>) {
        let i = global_index();
        if i < rows.y.len() {
            rows.y[i] = rows.x[i];
        }
    }
}

fn main() {}
