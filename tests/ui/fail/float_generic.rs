use hesper_shader::shader;

shader! {
    fn halved<T: Float>(x: T) -> T {
        0.5 * x
    }

    fn kept<T: Float>(x: T) -> f32 {
        x
    }

    #[workgroup_size(64)]
    pub fn scale<T: Float>(x: &[T], y: &mut [T], a: T) {
        let i = global_index();
        if i < y.len() {
            y[i] = a * x[i] + kept(x[i]);
        }
    }
}

fn main() {
    let _ = scale::<i32>();
    let _ = scale();
}
