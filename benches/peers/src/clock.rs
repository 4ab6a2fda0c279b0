//! CPU time of one thread, in rounds that all competitors share.
//!
//! Wall clocks include other work of the machine, and its speed changes during a run. So every round runs all
//! competitors, and the result is the median of the rounds' ratios.

use rustix::time::{ClockId, clock_gettime};

/// Number of rounds.
const ROUNDS: usize = 9;

/// Returns the CPU time of this thread, in seconds.
pub(crate) fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The code of one competitor.
pub(crate) type Run<'a> = Box<dyn FnMut() + 'a>;

/// CPU seconds of each competitor, by round.
pub(crate) struct Times(Vec<Vec<f64>>);

/// Runs all competitors in each round, after a warm-up round.
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
    /// Returns the median time of a competitor, in seconds.
    pub(crate) fn seconds(&self, of: usize) -> f64 {
        median(self.0[of].clone())
    }

    /// Returns the speed of `of` divided by that of `other`: the median of the rounds.
    pub(crate) fn speed(&self, of: usize, other: usize) -> f64 {
        median(self.0[of].iter().zip(&self.0[other]).map(|(seconds, other)| other / seconds).collect())
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
