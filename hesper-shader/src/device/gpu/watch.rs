//! Turns every way in which wgpu fails into an error: refusals, panics, lost devices, work that never ends.

use super::adapter::Description;
use crate::device::{DeviceError, DeviceKind};
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Submissions under way before the oldest is waited for; bounds what a loop of dispatches can pile up.
const MAX_IN_FLIGHT: usize = 64;

/// Mesa in software takes no second submission before the first is done, and waits for that without a timeout: so we wait, with one.
const MAX_IN_FLIGHT_IN_SOFTWARE: usize = 1;

/// A device and its queue, reached only through methods that report what went wrong.
#[derive(Debug)]
pub(super) struct GuardedDevice {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    /// Why the device is lost, if it is.
    lost: Arc<Mutex<Option<String>>>,
    in_flight: Mutex<InFlight>,
    max_in_flight: usize,
}

/// Submissions not known to be done, oldest first.
#[derive(Debug, Default)]
struct InFlight {
    submitted: u64,
    queue: VecDeque<Submission>,
}

/// Work handed to the queue.
#[derive(Clone, Debug)]
struct Submission {
    number: u64,
    index: wgpu::SubmissionIndex,
    /// For messages.
    work: String,
    /// When somebody first waited for it. All before it were done then.
    awaited: Option<Instant>,
}

impl GuardedDevice {
    pub(super) fn over(
        device: wgpu::Device,
        queue: wgpu::Queue,
        description: &Description,
    ) -> GuardedDevice {
        GuardedDevice {
            device,
            queue,
            name: description.name.clone(),
            max_in_flight: match description.kind {
                DeviceKind::Software => MAX_IN_FLIGHT_IN_SOFTWARE,
                DeviceKind::Gpu | DeviceKind::Reference => MAX_IN_FLIGHT,
            },
            lost: Arc::default(),
            in_flight: Mutex::default(),
        }
    }

    /// Has wgpu tell of a lost device, and of errors on other threads than the one that waits for them, instead of panicking.
    pub(super) fn listen(&self) {
        let lost = Arc::clone(&self.lost);
        self.device
            .set_device_lost_callback(move |reason, message| {
                lock(&lost).get_or_insert(format!("{reason:?}: {message}"));
            });
        let lost = Arc::clone(&self.lost);
        self.device
            .on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
                lock(&lost).get_or_insert(format!("an error out of turn: {error}"));
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

    /// Submits commands, called `work` in messages; it may still be under way on return. Gives its number.
    pub(super) fn submit(
        &self,
        work: &str,
        commands: wgpu::CommandBuffer,
        timeout: Duration,
    ) -> Result<u64, DeviceError> {
        let mut in_flight = lock(&self.in_flight);
        while in_flight.queue.len() >= self.max_in_flight {
            let oldest = in_flight.await_oldest(u64::MAX);
            // Others wait meanwhile, and give up when their own limits say so.
            drop(in_flight);
            self.wait_for(oldest, timeout)?;
            in_flight = lock(&self.in_flight);
        }
        let index = self.attempt("a submission", |_, queue| queue.submit([commands]))?;
        let number = in_flight.submitted;
        in_flight.submitted += 1;
        in_flight.queue.push_back(Submission {
            number,
            index,
            work: work.to_string(),
            awaited: None,
        });
        Ok(number)
    }

    /// Waits for a submission and all before it, each within the timeout: a long queue of short dispatches is no endless kernel.
    pub(super) fn finish(&self, number: u64, timeout: Duration) -> Result<(), DeviceError> {
        // The lock ends with each call, so that others go on submitting meanwhile.
        let next = || lock(&self.in_flight).await_oldest(number);
        while let Some(oldest) = next() {
            self.wait_for(Some(oldest), timeout)?;
        }
        Ok(())
    }

    /// Waits for the oldest submission. One that is given up on stays in flight: it may be what a handle with a longer limit waits for.
    fn wait_for(&self, oldest: Option<Submission>, timeout: Duration) -> Result<(), DeviceError> {
        let Some(oldest) = oldest else { return Ok(()) };
        // Who comes later waits no longer for what others have waited for: endless work costs its limit once, not at each call.
        let waited = oldest.awaited.map_or(Duration::ZERO, |at| at.elapsed());
        let wait = wgpu::PollType::Wait {
            submission_index: Some(oldest.index),
            timeout: Some(timeout.saturating_sub(waited)),
        };
        match self.attempt("waiting", |device, _| device.poll(wait))? {
            Ok(_) => {
                lock(&self.in_flight).done(oldest.number);
                Ok(())
            }
            Err(wgpu::PollError::Timeout) => Err(DeviceError::Timeout {
                device: self.name.clone(),
                work: oldest.work,
                limit: timeout,
            }),
            Err(error) => Err(self.rejected("waiting", error.to_string())),
        }
    }

    /// Whether work that somebody gave up on is under way still, and may be without end.
    pub(super) fn is_stuck(&self) -> bool {
        let given_up = lock(&self.in_flight)
            .queue
            .iter()
            .any(|submission| submission.awaited.is_some());
        let poll = |device: &wgpu::Device, _: &_| device.poll(wgpu::PollType::Poll);
        given_up
            && !matches!(
                self.attempt("waiting", poll),
                Ok(Ok(wgpu::PollStatus::QueueEmpty))
            )
    }

    fn check(&self) -> Result<(), DeviceError> {
        match &*lock(&self.lost) {
            None => Ok(()),
            Some(reason) => Err(DeviceError::Lost {
                device: self.name.clone(),
                reason: reason.clone(),
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
    /// The oldest, if it is this one or came before it; from now on it counts as waited for.
    fn await_oldest(&mut self, number: u64) -> Option<Submission> {
        let oldest = self.queue.front_mut().filter(|s| s.number <= number)?;
        oldest.awaited.get_or_insert_with(Instant::now);
        Some(oldest.clone())
    }

    /// Forgets a submission that is done, and all before it.
    fn done(&mut self, number: u64) {
        self.queue.retain(|s| s.number > number);
    }
}

/// What these locks guard stays whole when a thread panics.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
