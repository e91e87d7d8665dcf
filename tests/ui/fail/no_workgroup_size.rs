use hesper_shader::shader;

shader! {
    /// Copies.
    fn k(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        if i < y.len() {
            y[i] = x[i];
        }
    }
}

fn main() {
    let _ = k();
}
