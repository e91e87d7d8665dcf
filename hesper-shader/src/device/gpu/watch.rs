//! Turns every way in which wgpu fails into an error: refusals, panics, lost devices, work that never ends.

use super::adapter::Description;
use crate::device::{DeviceError, DeviceKind};
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Submissions under way before the oldest is waited for; bounds what a loop of dispatches can pile up.
const MAX_IN_FLIGHT: usize = 64;

/// Mesa in software takes no second submission before the first is done, and waits for that without a timeout: so we wait, with one.
const MAX_IN_FLIGHT_IN_SOFTWARE: usize = 1;

/// A device and its queue, reached only through methods that report what went wrong.
#[derive(Debug)]
pub(super) struct Watch {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    fault: Arc<Mutex<Option<Fault>>>,
    in_flight: Mutex<InFlight>,
    max_in_flight: usize,
}

/// Submissions not yet waited for, oldest first.
#[derive(Debug, Default)]
struct InFlight {
    submitted: u64,
    queue: VecDeque<Submission>,
}

/// Work handed to the queue.
#[derive(Clone, Debug)]
pub(super) struct Submission {
    number: u64,
    index: wgpu::SubmissionIndex,
}

/// Why the device cannot be used any more.
#[derive(Clone, Debug)]
enum Fault {
    Lost(String),
    TimedOut(Duration),
}

impl Watch {
    pub(super) fn over(
        device: wgpu::Device,
        queue: wgpu::Queue,
        description: &Description,
    ) -> Watch {
        Watch {
            device,
            queue,
            name: description.name.clone(),
            max_in_flight: match description.kind {
                DeviceKind::Software => MAX_IN_FLIGHT_IN_SOFTWARE,
                DeviceKind::Gpu | DeviceKind::Reference => MAX_IN_FLIGHT,
            },
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

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.queue
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
        if let (Ok(done), []) = (done, refusals.as_slice()) {
            return self.check().map(|()| done);
        }
        // A lost device refuses everything; wgpu tells of the loss at the next poll.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| self.device.poll(wgpu::PollType::Poll)));
        self.check()?;
        let panicked = || "wgpu panicked; its message is on stderr".to_string();
        let reason = refusals.first().map_or_else(panicked, ToString::to_string);
        Err(self.rejected(action, reason))
    }

    /// Submits commands; the work may still be under way on return.
    pub(super) fn submit(
        &self,
        commands: wgpu::CommandBuffer,
        timeout: Duration,
    ) -> Result<Submission, DeviceError> {
        let mut in_flight = lock(&self.in_flight);
        while in_flight.queue.len() >= self.max_in_flight {
            if let Some(oldest) = in_flight.queue.pop_front() {
                self.wait_for(oldest, timeout)?;
            }
        }
        let index = self.attempt("a submission", |_, queue| queue.submit([commands]))?;
        let number = in_flight.submitted;
        let submission = Submission { number, index };
        in_flight.submitted += 1;
        in_flight.queue.push_back(submission.clone());
        Ok(submission)
    }

    /// Waits for a submission and all before it, each within the timeout: a long queue of short dispatches is no endless kernel.
    pub(super) fn finish(
        &self,
        submission: Submission,
        timeout: Duration,
    ) -> Result<(), DeviceError> {
        // The lock ends with each call, so that others go on submitting meanwhile.
        let next = || lock(&self.in_flight).before(submission.number);
        while let Some(earlier) = next() {
            self.wait_for(earlier, timeout)?;
        }
        self.wait_for(submission, timeout)
    }

    fn wait_for(&self, submission: Submission, timeout: Duration) -> Result<(), DeviceError> {
        let wait = wgpu::PollType::Wait {
            submission_index: Some(submission.index),
            timeout: Some(timeout),
        };
        match self.attempt("waiting", |device, _| device.poll(wait))? {
            Ok(_) => Ok(()),
            Err(wgpu::PollError::Timeout) => {
                lock(&self.fault).get_or_insert(Fault::TimedOut(timeout));
                self.check()
            }
            Err(error) => Err(self.rejected("waiting", error.to_string())),
        }
    }

    /// Whether work may go on without end.
    pub(super) fn has_timed_out(&self) -> bool {
        matches!(&*lock(&self.fault), Some(Fault::TimedOut(_)))
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

impl InFlight {
    /// Takes the oldest, if it came before this one.
    fn before(&mut self, number: u64) -> Option<Submission> {
        let is_before = self
            .queue
            .front()
            .is_some_and(|oldest| oldest.number < number);
        is_before.then(|| self.queue.pop_front()).flatten()
    }
}

/// What these locks guard stays whole when a thread panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
