//! From a sequence of choices that fails to a small one that fails too.

/// The smallest failing sequence found from `choices`, with at most `budget` attempts.
///
/// `attempt` makes a case from a sequence and yields the numbers the case took if it still fails. A shorter sequence is smaller; of
/// two as long, the one that is less where they first differ.
pub fn shrink(
    choices: Vec<u32>,
    budget: usize,
    attempt: impl FnMut(&[u32]) -> Option<Vec<u32>>,
) -> Vec<u32> {
    let mut search = Search {
        best: choices,
        left: budget,
        attempt,
    };
    loop {
        let before = search.best.clone();
        search.delete_spans();
        search.zero_spans();
        search.lower_values();
        if search.best == before || search.left == 0 {
            return search.best;
        }
    }
}

struct Search<F> {
    best: Vec<u32>,
    left: usize,
    attempt: F,
}

impl<F: FnMut(&[u32]) -> Option<Vec<u32>>> Search<F> {
    /// Whether a candidate fails and is smaller; then it is the best.
    fn take(&mut self, candidate: &[u32]) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        match (self.attempt)(candidate) {
            Some(taken) if size(&taken) < size(&self.best) => {
                self.best = taken;
                true
            }
            _ => false,
        }
    }

    /// Leaves out spans, long ones first, from the end, where less depends on them.
    fn delete_spans(&mut self) {
        for length in spans(self.best.len()) {
            let mut end = self.best.len();
            while end >= length {
                let mut shorter = self.best.clone();
                shorter.drain(end - length..end);
                self.take(&shorter);
                end = (end - length).min(self.best.len());
                if end == 0 {
                    break;
                }
            }
        }
    }

    fn zero_spans(&mut self) {
        for length in spans(self.best.len()) {
            let mut start = 0;
            while start + length <= self.best.len() {
                let span = &self.best[start..start + length];
                if span.iter().any(|v| *v != 0) {
                    let mut simpler = self.best.clone();
                    simpler[start..start + length].fill(0);
                    self.take(&simpler);
                }
                start += length;
            }
        }
    }

    fn lower_values(&mut self) {
        let mut at = 0;
        while at < self.best.len() {
            let value = self.best[at];
            let lower = [0, value / 2, value.saturating_sub(1)];
            let mut found = false;
            for lower in lower.into_iter().filter(|l| *l < value) {
                let mut simpler = self.best.clone();
                simpler[at] = lower;
                if self.take(&simpler) {
                    found = true;
                    break;
                }
            }
            if !found {
                at += 1;
            }
        }
    }
}

fn size(choices: &[u32]) -> (usize, &[u32]) {
    (choices.len(), choices)
}

/// Half the length, a quarter, and so on to 1.
fn spans(length: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(length / 2), |n| Some(n / 2)).take_while(|n| *n > 0)
}

#[test]
fn a_sum_shrinks_to_one_number() {
    // Fails where the numbers add up to 100 or more.
    let attempt = |v: &[u32]| (v.iter().sum::<u32>() >= 100).then(|| v.to_vec());
    let start = vec![3, 60, 0, 0, 9, 45, 7, 88];
    let shrunk = shrink(start, 1000, attempt);
    assert_eq!(shrunk.iter().sum::<u32>(), 100);
    assert!(shrunk.len() <= 2, "{shrunk:?}");
}

#[test]
fn the_budget_is_kept() {
    let mut attempts = 0;
    shrink(vec![1; 64], 10, |v| {
        attempts += 1;
        Some(v.to_vec())
    });
    assert!(attempts <= 10);
}
