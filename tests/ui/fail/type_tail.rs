use hesper_shader::shader;

mod logs {
    use hesper_shader::shader;

    shader! {
        pub struct Log {
            pub count: u32,
            pub entries: [f32],
        }
    }
}

use logs::Log;

shader! {
    #[workgroup_size(1)]
    fn whole(log: &mut Log, y: &mut [u32]) {
        let kept = *log;
        y[0] = log.count;
        let entries = log.entries;
    }

    #[workgroup_size(1)]
    fn many(logs: &mut [Log]) {
        logs[0].count = 1;
    }

    #[workgroup_size(1)]
    fn shared(y: &mut [f32]) {
        let log = workgroup::<Log>();
        y[0] = log.entries[0];
    }
}

fn main() {
    let device = hesper_shader::Device::reference();
    let _ = device.upload::<Log>(&[]);
    let _ = device.upload_tailed(&1.0);
}
