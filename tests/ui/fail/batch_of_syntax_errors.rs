use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn first(x: &[f32], y &mut [f32], n: u32) {
        let i = ;
        if i < n {
            y[i] = = x[i];
            x[i] = 1.0;
        }
        y[i] 2.0;
    }

    fn (x: f32) -> f32 {
        x
    }

    fn second(x: f32) -> f32 {
        x +
    }
}

fn main() {}
