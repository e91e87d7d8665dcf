//! What no other test can bring about: devices that fail.

use super::Gpu;
use super::adapter;
use super::pipeline::{Pipeline, PipelineSource, compile};
use crate::device::{Argument, Backend, Device, DeviceError};
use crate::grid::Grid;
use crate::record::Recorder;
use crate::record::builtins::subgroup_add;
use std::io::{self, Write};
use std::time::Duration;

/// A wgpu device, or a line that says why the test is skipped.
fn open(test: &str) -> Option<(wgpu::Device, wgpu::Queue)> {
    let opened = adapter::best(|_| true).and_then(|adapter| adapter::open(&adapter));
    opened
        .inspect_err(|error| skip(test, &error.to_string()))
        .ok()
}

/// Past the test harness, which swallows what passing tests print.
fn skip(test: &str, reason: &str) {
    let _ = writeln!(io::stderr(), "SKIP gpu::{test}: {reason}");
}

fn compiled(gpu: &Gpu, wgsl: &'static str) -> Result<Pipeline, DeviceError> {
    let source = PipelineSource {
        kernel: "test",
        writable: &[true],
        uniform_bytes: 0,
        shader: wgpu::ShaderSource::Wgsl(wgsl.into()),
    };
    compile(&gpu.watch, source)
}

#[test]
fn a_device_of_the_application_works_until_it_is_destroyed() {
    let Some((device, queue)) = open("a_device_of_the_application") else {
        return;
    };
    let ours = Device::from_wgpu(device.clone(), queue).unwrap();
    let mut buffer = ours.upload(&[1.0, 2.0]).unwrap();
    assert_eq!(buffer.read().unwrap(), [1.0, 2.0]);
    device.destroy();
    // Whatever is still accepted, nothing stale is ever read.
    let _ = buffer.write(&[3.0, 4.0]);
    assert!(buffer.read().is_err());
    assert!(ours.upload(&[1.0]).and_then(|fresh| fresh.read()).is_err());
}

#[test]
fn a_bind_group_is_kept_from_the_second_launch_until_its_buffer_goes() {
    let Some((device, queue)) = open("a_bind_group_is_kept") else {
        return;
    };
    let ours = Device::from_wgpu(device, queue).unwrap();
    let Backend::Gpu(gpu) = &*ours.backend else {
        panic!("no device of wgpu's");
    };
    let kernel = Recorder::record("lengths", &[], [8, 1, 1], |h| {
        let y = h.storage_mut::<u32>("y");
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(y.at(i), y.at(i).get() + y.len());
        h.end_if();
    });
    let mut long = ours.zeros::<u32>(3).unwrap();
    let mut short = ours.zeros::<u32>(2).unwrap();
    for (launch, kept) in [(1, 0), (2, 2), (3, 2)] {
        for y in [&mut long, &mut short] {
            let args = vec![("y", Argument::write(y))];
            kernel.launch_named(&ours, Grid::cover(8), args).unwrap();
        }
        assert_eq!(gpu.groups.kept(), kept);
        assert_eq!(long.read().unwrap(), [3 * launch; 3]);
        assert_eq!(short.read().unwrap(), [2 * launch; 2]);
    }
    drop(long);
    assert_eq!(gpu.groups.kept(), 1);
}

/// The application's own buffer as an argument, and ours in a pass of its own.
#[test]
fn buffers_are_shared_with_the_application() {
    let Some((device, queue)) = open("buffers_are_shared") else {
        return;
    };
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
    let make = |size: u64, usage: wgpu::BufferUsages| {
        device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        })
    };
    let ours = Device::from_wgpu(device.clone(), queue.clone()).unwrap();
    let theirs = make(16, usage);
    let mut y = ours.wrap_wgpu::<u32>(theirs.clone(), 3).unwrap();
    let kernel = Recorder::record("numbered", &[], [64, 1, 1], |h| {
        let y = h.storage_mut::<u32>("y");
        let i = h.global_index();
        h.if_(i.lt(y.len()));
        h.store(y.at(i), i + h.int(5u32));
        h.end_if();
    });
    let args = vec![("y", Argument::write(&mut y))];
    kernel.launch_named(&ours, Grid::cover(64), args).unwrap();
    // Beyond the three elements nothing was written.
    assert_eq!(y.read().unwrap(), [5, 6, 7]);
    let mut copy = ours.zeros::<u32>(4).unwrap();
    let mut encoder = device.create_command_encoder(&Default::default());
    encoder.copy_buffer_to_buffer(&theirs, 0, copy.wgpu().unwrap(), 0, 16);
    queue.submit([encoder.finish()]);
    assert_eq!(copy.read().unwrap(), [5, 6, 7, 0]);
    copy.write(&[1, 2, 3, 4]).unwrap();
    // It has no `COPY_DST`.
    let error = y.write(&[1, 2, 3]).unwrap_err().to_string();
    assert!(error.contains("refused an upload"), "{error}");
    let cases = [
        (&ours, make(8, usage), "it has 8 bytes, and 12 are needed"),
        (
            &ours,
            make(12, wgpu::BufferUsages::COPY_SRC),
            "without BufferUsages(STORAGE); create it with that",
        ),
        (
            &Device::reference(),
            make(12, usage),
            "is no device of wgpu's; Device::from_wgpu makes one",
        ),
    ];
    for (device, buffer, expected) in cases {
        let error = device.wrap_wgpu::<f32>(buffer, 3).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert!(
        Device::reference()
            .zeros::<f32>(1)
            .unwrap()
            .wgpu()
            .is_none()
    );
}

/// Found before the dispatch, so that no driver is handed what it does not know.
#[test]
fn a_device_without_subgroups_refuses_a_kernel_with_them() {
    let test = "a_device_without_subgroups";
    let opened = adapter::best(|_| true).ok().and_then(|adapter| {
        let request = adapter.request_device(&wgpu::DeviceDescriptor::default());
        pollster::block_on(request).ok()
    });
    let Some((device, queue)) = opened else {
        return skip(test, "no adapter that opens");
    };
    let device = Device::from_wgpu(device, queue).unwrap();
    assert_eq!(device.limits().map(|l| l.subgroups), Some(false));
    let kernel = Recorder::record("sums", &[], [64, 1, 1], |h| {
        let y = h.storage_mut::<u32>("y");
        let i = h.global_index();
        h.store(y.at(i), subgroup_add(i));
    });
    let mut y = device.zeros::<u32>(64).unwrap();
    let error = kernel
        .launch_named(
            &device,
            Grid::cover(64),
            vec![("y", Argument::write(&mut y))],
        )
        .unwrap_err();
    let expected = "kernel `sums` exchanges values within subgroups, and ";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_lost_device_says_so() {
    let Some(_) = open("a_lost_device_says_so") else {
        return;
    };
    let gpu = Gpu::open().unwrap();
    gpu.watch.device().destroy();
    let device = Device::over_gpu(gpu);
    let error = device
        .upload(&[1.0])
        .and_then(|buffer| buffer.read())
        .unwrap_err();
    assert!(matches!(error, DeviceError::Lost { .. }), "{error}");
}

#[test]
fn refused_shaders_are_errors() {
    let Some((device, queue)) = open("refused_shaders_are_errors") else {
        return;
    };
    let gpu = Gpu::from_wgpu(device, queue).unwrap();
    for (wgsl, reason) in [
        ("nonsense", "expected global item"),
        (
            "@compute @workgroup_size(1) fn a() { let x: f32 = 1u; }",
            "type",
        ),
        (
            "@group(0) @binding(1) var<storage, read_write> y: array<u32>; @compute @workgroup_size(1) fn a() { y[0] = 1u; }",
            "binding",
        ),
        (
            "@compute @workgroup_size(1000000) fn a() {}",
            "workgroup size",
        ),
    ] {
        let error = compiled(&gpu, wgsl).map(|_| ()).unwrap_err();
        assert!(matches!(error, DeviceError::Rejected { .. }), "{error}");
        assert!(error.to_string().to_lowercase().contains(reason), "{error}");
    }
    // The device goes on working.
    assert!(compiled(&gpu, "@compute @workgroup_size(1) fn a() {}").is_ok());
}

/// A device that gives up at once, with a buffer that slow work of another handle fills.
fn at_work(test: &str) -> Option<(Device, Device, crate::Buffer<u32>)> {
    let (device, queue) = open(test)?;
    let gpu = Gpu::from_wgpu(device, queue).unwrap();
    // Long enough anywhere, and short enough for drivers that stop loops.
    let slow = "
        @group(0) @binding(0) var<storage, read_write> y: array<u32>;
        @compute @workgroup_size(64) fn slow(@builtin(global_invocation_id) id: vec3u) {
            for (var i = 0u; i < 60000u; i++) { y[id.x % 4u] = y[id.x % 4u] * 3u + i; }
        }";
    let pipeline = compiled(&gpu, slow).unwrap();
    let patient = Device::over_gpu(gpu).with_timeout(Duration::from_secs(60));
    let hasty = patient.clone().with_timeout(Duration::from_millis(1));
    let buffer = hasty.zeros::<u32>(4).unwrap();
    submit(&patient, &pipeline, &buffer);
    Some((hasty, patient, buffer))
}

/// Who gives up says what on, and after which time; who waits longer gets all there is.
#[test]
fn a_timeout_is_of_one_handle() {
    let Some((hasty, patient, buffer)) = at_work("a_timeout_is_of_one_handle") else {
        return;
    };
    let error = buffer.read().unwrap_err();
    let expected = DeviceError::Timeout {
        device: hasty.name().to_string(),
        work: "kernel `slow`".to_string(),
        limit: Duration::from_millis(1),
    };
    assert_eq!(error, expected);
    let fresh = patient.upload(&[7, 8]).unwrap();
    assert_eq!(fresh.read().unwrap(), [7, 8]);
    let read = |buffer: &crate::Buffer<u32>| read_by(&patient, buffer).unwrap();
    assert!(read(&buffer).iter().all(|y| *y != 0));
    // Nothing is under way any more.
    assert!(hasty.upload(&[1]).is_ok());
}

/// The test ends, though the device is dropped while the work is under way.
#[test]
fn work_given_up_on_is_not_waited_for() {
    let Some((_, _, buffer)) = at_work("work_given_up_on_is_not_waited_for") else {
        return;
    };
    assert!(buffer.read().is_err());
}

fn read_by(device: &Device, buffer: &crate::Buffer<u32>) -> Result<Vec<u32>, DeviceError> {
    let crate::device::buffer::BufferMemory::Gpu(memory) = &buffer.raw().storage else {
        panic!("not on a GPU");
    };
    memory.read(16, device.timeout, |bytes| {
        let words = bytes.chunks_exact(4);
        words
            .map(|w| u32::from_ne_bytes(w.try_into().unwrap()))
            .collect()
    })
}

fn submit(device: &Device, pipeline: &Pipeline, buffer: &crate::Buffer<u32>) {
    let (Backend::Gpu(gpu), crate::device::buffer::BufferMemory::Gpu(memory)) =
        (&*device.backend, &buffer.raw().storage)
    else {
        panic!("not on a GPU");
    };
    let commands = gpu.watch.attempt("a test", |device, _| {
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.bindings,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: memory.buffer.as_entire_binding(),
            }],
        });
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&pipeline.compute);
        pass.set_bind_group(0, &group, &[]);
        pass.dispatch_workgroups(64, 1, 1);
        drop(pass);
        encoder.finish()
    });
    gpu.watch
        .submit("kernel `slow`", commands.unwrap(), device.timeout)
        .unwrap();
}
