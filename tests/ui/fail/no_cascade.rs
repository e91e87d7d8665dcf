use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    pub fn broken(x: &[f64], y: &mut [f32], n: usize) {
        y[0] = helper(x[0]);
    }

    fn helper(x: f64) -> f32 {
        x as f32
    }

    #[workgroup_size(64)]
    fn caller(y: &mut [f32]) {
        y[0] = helper(1.0);
    }
}

fn main() {
    let device = hesper_shader::Device::reference();
    let x = device.upload(&[1.0_f32]).unwrap();
    let mut y = device.zeros::<f32>(1).unwrap();
    let args = broken::Args { x: &x, y: &mut y, n: 1 };
    broken().launch(&device, hesper_shader::Grid::cover(1), args).unwrap();
    caller();
}
