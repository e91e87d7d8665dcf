//! Turns every way in which wgpu fails into an error: refusals, panics, lost devices, work that never ends.

use crate::device::DeviceError;
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Submissions under way before the oldest is waited for; bounds what a loop of dispatches can pile up.
const MAX_IN_FLIGHT: usize = 64;

/// A device and its queue, reached only through methods that report what went wrong.
#[derive(Debug)]
pub(super) struct Watch {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    fault: Arc<Mutex<Option<Fault>>>,
    in_flight: Mutex<VecDeque<wgpu::SubmissionIndex>>,
}

/// Why the device cannot be used any more.
#[derive(Clone, Debug)]
enum Fault {
    Lost(String),
    TimedOut(Duration),
}

impl Watch {
    pub(super) fn over(device: wgpu::Device, queue: wgpu::Queue, name: String) -> Watch {
        Watch {
            device,
            queue,
            name,
            fault: Arc::default(),
            in_flight: Mutex::default(),
        }
    }

    /// Has wgpu tell of a lost device, and of errors on other threads than the one that waits for them, instead of panicking.
    pub(super) fn listen(&self) {
        let fault = Arc::clone(&self.fault);
        self.device
            .set_device_lost_callback(move |reason, message| {
                lock(&fault).get_or_insert(Fault::Lost(format!("{reason:?}: {message}")));
            });
        let fault = Arc::clone(&self.fault);
        self.device
            .on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
                lock(&fault).get_or_insert(Fault::Lost(format!("an error out of turn: {error}")));
            }));
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn rename(&mut self, name: String) {
        self.name = name;
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// Does something with the device: an error if the device is lost, before or after, or refuses anything.
    pub(super) fn attempt<T>(
        &self,
        action: &str,
        work: impl FnOnce(&wgpu::Device, &wgpu::Queue) -> T,
    ) -> Result<T, DeviceError> {
        self.check()?;
        let filters = [
            wgpu::ErrorFilter::Internal,
            wgpu::ErrorFilter::OutOfMemory,
            wgpu::ErrorFilter::Validation,
        ];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        // wgpu panics where it has no error to give: a device lost while polling, a shader that its back end cannot write.
        let done = panic::catch_unwind(AssertUnwindSafe(|| work(&self.device, &self.queue)));
        let refusals: Vec<wgpu::Error> = scopes
            .into_iter()
            .rev()
            .filter_map(|scope| pollster::block_on(scope.pop()))
            .collect();
        self.check()?;
        if let Some(refusal) = refusals.first() {
            return Err(self.rejected(action, refusal.to_string()));
        }
        done.map_err(|_| {
            self.rejected(
                action,
                "wgpu panicked; its message is on stderr".to_string(),
            )
        })
    }

    /// Submits commands; the work may still be under way on return.
    pub(super) fn submit(
        &self,
        commands: wgpu::CommandBuffer,
        timeout: Duration,
    ) -> Result<wgpu::SubmissionIndex, DeviceError> {
        let index = self.attempt("a submission", |_, queue| queue.submit([commands]))?;
        let oldest = {
            let mut in_flight = lock(&self.in_flight);
            in_flight.push_back(index.clone());
            (in_flight.len() > MAX_IN_FLIGHT).then(|| in_flight.pop_front())
        };
        if let Some(oldest) = oldest.flatten() {
            self.wait_for(oldest, timeout)?;
        }
        Ok(index)
    }

    /// Waits for all submissions so far, each within the timeout: a long queue of short dispatches is no endless kernel.
    pub(super) fn finish(
        &self,
        last: wgpu::SubmissionIndex,
        timeout: Duration,
    ) -> Result<(), DeviceError> {
        loop {
            let next = lock(&self.in_flight).pop_front();
            match next {
                Some(index) => self.wait_for(index, timeout)?,
                // Another thread may have taken ours off the queue and still be waiting for it.
                None => return self.wait_for(last, timeout),
            }
        }
    }

    fn wait_for(&self, index: wgpu::SubmissionIndex, timeout: Duration) -> Result<(), DeviceError> {
        let wait = wgpu::PollType::Wait {
            submission_index: Some(index),
            timeout: Some(timeout),
        };
        match self.attempt("waiting", |device, _| device.poll(wait))? {
            Ok(_) => Ok(()),
            Err(wgpu::PollError::Timeout) => {
                // Dropping the device would wait for the endless work; so it is never dropped.
                std::mem::forget((self.device.clone(), self.queue.clone()));
                lock(&self.fault).get_or_insert(Fault::TimedOut(timeout));
                self.check()
            }
            Err(error) => Err(self.rejected("waiting", error.to_string())),
        }
    }

    fn check(&self) -> Result<(), DeviceError> {
        let device = || self.name.clone();
        match &*lock(&self.fault) {
            None => Ok(()),
            Some(Fault::Lost(reason)) => Err(DeviceError::Lost {
                device: device(),
                reason: reason.clone(),
            }),
            Some(Fault::TimedOut(limit)) => Err(DeviceError::Timeout {
                device: device(),
                limit: *limit,
            }),
        }
    }

    pub(super) fn rejected(&self, action: &str, reason: String) -> DeviceError {
        DeviceError::Rejected {
            device: self.name.clone(),
            action: action.to_string(),
            reason: reason.trim().to_string(),
        }
    }
}

/// What these locks guard stays whole when a thread panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
