//! How many times as fast as a peer, on a machine that other work shares: only times taken side by side compare, and
//! only the processor's time: a long piece of work is interrupted more often than a short one.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Pairs of samples of one comparison.
const ROUNDS: usize = 151;
/// How long a sample takes, about: short beside the time that a scheduler gives.
const SAMPLE: Duration = Duration::from_micros(200);

/// The time of `times` runs.
fn time(work: &mut dyn FnMut(), times: u32) -> Duration {
    let begin = spent();
    for _ in 0..times {
        work();
    }
    spent() - begin
}

/// The processor's time that this thread has had.
fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// How many runs make a sample.
fn calibrate(work: &mut dyn FnMut()) -> u32 {
    let mut times = 1;
    loop {
        let taken = time(work, times);
        if taken >= SAMPLE || times > 1 << 24 {
            return times;
        }
        times = if taken < SAMPLE / 8 { times * 4 } else { times * 2 };
    }
}

/// Runs the two by turns; gives how many times as long `theirs` took, as the median of all rounds: what disturbs one
/// round disturbs no other, and what disturbs a whole round disturbs both.
pub fn of(ours: &mut dyn FnMut(), theirs: &mut dyn FnMut()) -> f64 {
    let (our_times, their_times) = (calibrate(ours), calibrate(theirs));
    let ratio = |round: usize| {
        let (our_time, their_time) = if round.is_multiple_of(2) {
            let our_time = time(ours, our_times);
            (our_time, time(theirs, their_times))
        } else {
            let their_time = time(theirs, their_times);
            (time(ours, our_times), their_time)
        };
        (their_time.as_secs_f64() / f64::from(their_times)) / (our_time.as_secs_f64() / f64::from(our_times))
    };
    let mut ratios: Vec<f64> = (0..ROUNDS).map(ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ROUNDS / 2]
}

/// The geometric mean.
#[must_use]
pub fn mean(ratios: &[f64]) -> f64 {
    let count = f64::from(u32::try_from(ratios.len()).unwrap_or(u32::MAX));
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / count).exp()
}
