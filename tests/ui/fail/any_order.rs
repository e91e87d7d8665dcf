use hesper_shader::shader;

shader! {
    #[any_order]
    #[workgroup_size(64)]
    fn none(y: &mut [f32]) {
        y[0] = 1.0;
    }

    #[any_order("")]
    #[workgroup_size(64)]
    fn empty(y: &mut [f32]) {
        y[0] = 1.0;
    }

    #[workgroup_size(64)]
    fn number(#[any_order(1)] y: &mut [f32]) {
        y[0] = 1.0;
    }
}

fn main() {}
