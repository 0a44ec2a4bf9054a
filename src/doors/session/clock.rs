//! How a session's virtual time follows the real one.

use std::time::Duration;

use tokio::time::Instant;

use bigiron_sim::session::Millis;

/// A session's clock, begun when the session was opened.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// Time passes only on demand.
    Turn,
    /// Real time since the opening, times a speed.
    Live {
        /// When the session was opened.
        opened: Instant,
        /// Virtual milliseconds in a real one.
        speed: f64,
    },
}

impl Clock {
    /// A live clock that begins now.
    pub fn live(speed: f64) -> Clock {
        Clock::Live {
            opened: Instant::now(),
            speed,
        }
    }

    /// Virtual time now; none under the turn clock, where the session alone knows it.
    pub fn now(&self) -> Option<Millis> {
        match self {
            Clock::Turn => None,
            Clock::Live { opened, speed } => {
                // A thousandth of a microsecond more, so that a whole millisecond is not lost in rounding.
                Some((opened.elapsed().as_secs_f64() * 1000.0 * speed + 1e-6) as Millis)
            }
        }
    }

    /// Sleeps until a virtual moment has come; for ever if there is none, or under the turn clock.
    pub async fn sleep_until(&self, at: Option<Millis>) {
        match (self, at) {
            (Clock::Live { opened, speed }, Some(at)) => {
                let after = Duration::try_from_secs_f64(at as f64 / 1000.0 / speed);
                match after.ok().and_then(|after| opened.checked_add(after)) {
                    Some(moment) => tokio::time::sleep_until(moment).await,
                    None => std::future::pending().await,
                }
            }
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_fast_clock_reaches_a_moment_early() {
        let clock = Clock::live(10.0);
        clock.sleep_until(Some(5_000)).await;
        assert_eq!(clock.now(), Some(5_000));
        assert_eq!(Clock::Turn.now(), None);
    }
}
