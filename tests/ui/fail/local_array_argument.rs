use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn k(y: &mut [f32]) {
        let mut a = [0.0; 4];
        a[1] = 2.0;
        y[0] = sum(a);
    }
    fn sum(x: &[f32]) -> f32 {
        x[0] + x[1]
    }
}

fn main() {}
