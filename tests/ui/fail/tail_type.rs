use hesper_shader::shader;

shader! {
    struct Log {
        count: u32,
        entries: [f32],
    }

    struct Outer {
        log: Log,
    }

    fn copied(log: Log) -> f32 {
        log.entries[0]
    }

    fn read(log: &Log) -> f32 {
        log.entries[0]
    }

    #[workgroup_size(1)]
    fn k(logs: &mut [Log], log: &mut Log) {
        let shared = workgroup::<[Log; 2]>();
        log.entries[0] = 1.0;
    }
}

fn main() {}
