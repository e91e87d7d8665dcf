use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn first(x: &[f32], y: &mut [f32]) {
        x[0] = 1.0;
        y[0] = 1.0f64;
        let v = x[0];
        v = x[1].round();
    }

    fn second(x: f64) -> f32 {
        x as f32
    }

    #[workgroup_size(64)]
    fn third(y: &mut [f32]) {
        for i in y {
            break 'out;
        }
    }
}

fn main() {}
