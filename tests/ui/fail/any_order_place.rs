use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(#[any_order("it is only read")] x: &[f32], #[any_order("a number")] n: u32, y: &mut [f32]) {
        y[n] = twice(x[n]);
    }

    #[any_order("it is no kernel")]
    fn twice(x: f32) -> f32 {
        x + x
    }
}

fn main() {}
