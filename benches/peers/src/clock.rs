//! Fair timing: the CPU time of one thread, in rounds that all competitors share.
//!
//! Used by every measure. Wall clocks say more about a machine's other work than about the code, and a
//! machine gets slower and faster while it measures; so all competitors take part in each round, and what
//! is compared is the median of the rounds' ratios.

use rustix::time::{ClockId, clock_gettime};

/// How many rounds there are.
const ROUNDS: usize = 9;

/// The CPU seconds of this thread so far.
pub(crate) fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// What one of the competitors does, again and again.
pub(crate) type Run<'a> = Box<dyn FnMut() + 'a>;

/// The CPU seconds of every competitor, by round.
pub(crate) struct Times(Vec<Vec<f64>>);

/// Lets all of them run in each of the rounds, after one that does not count.
pub(crate) fn compete(mut runs: Vec<Run<'_>>) -> Times {
    let mut times = vec![Vec::with_capacity(ROUNDS); runs.len()];
    for round in 0..=ROUNDS {
        for (run, times) in runs.iter_mut().zip(&mut times) {
            let start = cpu_seconds();
            run();
            let seconds = cpu_seconds() - start;
            if round > 0 {
                times.push(seconds);
            }
        }
    }
    Times(times)
}

impl Times {
    /// The median of the seconds of one of them.
    pub(crate) fn seconds(&self, of: usize) -> f64 {
        median(self.0[of].clone())
    }

    /// How many times as fast as `other` the competitor `of` is: the median of the rounds.
    pub(crate) fn speed(&self, of: usize, other: usize) -> f64 {
        median(self.0[of].iter().zip(&self.0[other]).map(|(seconds, other)| other / seconds).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
