use hesper_shader::shader;

shader! {
    #[workgroup_size(64)]
    fn copy(x: &[f32], y: &mut [f32]) {
        let i = global_index();
        y[i] = x[i];
    }
}

fn main() {
    let device = hesper_shader::Device::reference();
    let mut b = device.zeros::<f32>(1).unwrap();
    let args = copy::Args { x: &b, y: &mut b };
    copy().launch(&device, hesper_shader::Grid::cover(1), args).unwrap();
}
