//! One device of wgpu's that all programs share, so that none has a better one.

use crate::Failure;
use cubecl::client::Client;
use cubecl::wgpu::{RuntimeOptions, WgpuSetup, init_device};
use hesper_shader::Device;

pub(crate) struct Setup {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) hesper: Device,
    pub(crate) cubecl: Client,
    pub(crate) adapter: wgpu::AdapterInfo,
}

impl Setup {
    /// The first adapter of Vulkan's; `WGPU_ADAPTER_NAME` chooses another.
    pub(crate) fn new() -> Result<Setup, Failure> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.flags = wgpu::InstanceFlags::empty();
        let instance = wgpu::Instance::new(descriptor.with_env());
        let wanted = std::env::var("WGPU_ADAPTER_NAME")
            .unwrap_or_default()
            .to_lowercase();
        let adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
        let adapter = adapters
            .into_iter()
            .find(|a| a.get_info().name.to_lowercase().contains(&wanted))
            .ok_or("no adapter of Vulkan's")?;
        let request = adapter.request_device(&wgpu::DeviceDescriptor {
            required_features: adapter.features() & wgpu::Features::SUBGROUP,
            required_limits: adapter.limits(),
            ..Default::default()
        });
        let (device, queue) = pollster::block_on(request)?;
        let shared = WgpuSetup {
            instance,
            adapter: adapter.clone(),
            device: device.clone(),
            queue: queue.clone(),
            backend: wgpu::Backend::Vulkan,
        };
        let cubecl = init_device(shared, RuntimeOptions::default());
        Ok(Setup {
            hesper: Device::from_wgpu(device.clone(), queue.clone())?,
            cubecl: cubecl::Device::Wgpu(cubecl).client(),
            adapter: adapter.get_info(),
            device,
            queue,
        })
    }

    /// Waits until all that was submitted is done.
    pub(crate) fn wait(&self) -> Result<(), Failure> {
        self.device.poll(wgpu::PollType::wait_indefinitely())?;
        Ok(())
    }
}
