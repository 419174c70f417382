//! When a push is tried again, and when the outcome of a create is looked up (reliability R3, R7).

use crate::clock::Millis;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// Waits after the first, second, … failed try: about a week together.
const BACKOFF: [Millis; 14] = [
    10 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    24 * HOUR,
    24 * HOUR,
    24 * HOUR,
    24 * HOUR,
    24 * HOUR,
    24 * HOUR,
];

/// Tries that may fail before a push is given up.
pub const TRIES: usize = BACKOFF.len();

/// How long to wait after the `tries`th failed try (from 1), spread by up to a fifth so that tries do not come
/// together; `None` when tries are used up. `spread` is a number from -100 to 100.
pub fn backoff(tries: i64, spread: i64) -> Option<Millis> {
    let wait = BACKOFF.get(usize::try_from(tries.max(1) - 1).ok()?)?;
    Some(wait + wait / 500 * spread.clamp(-100, 100))
}

/// When the outcome of a create that got no answer is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Quarantine {
    /// The second look-up comes this long after the request was sent.
    pub second_look: Millis,
    /// Only this long after the last moment at which the request can have left is it believed that it never arrived.
    pub length: Millis,
}

impl Quarantine {
    /// When to look again after a look-up at `now` found nothing of a request that was sent by `sent_by`;
    /// `None` when it is certain that it never arrived.
    pub fn next_look(&self, sent_by: Millis, now: Millis) -> Option<Millis> {
        let end = sent_by + self.length;
        (now < end)
            .then(|| if now < sent_by + self.second_look { sent_by + self.second_look } else { end }.min(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_last_about_a_week() {
        let waits: Vec<_> = (1..).map_while(|tries| backoff(tries, 0)).collect();
        let days = waits.iter().sum::<Millis>() / (24 * HOUR);
        assert_eq!((waits.len(), waits[0], days), (14, 10_000, 6));
        assert_eq!((backoff(1, 100), backoff(1, -100)), (Some(12_000), Some(8_000)));
    }

    #[test]
    fn a_silent_create_is_looked_up_twice_before_it_is_believed_lost() {
        let quarantine = Quarantine { second_look: 30_000, length: 330_000 };
        assert_eq!(quarantine.next_look(1_000, 1_000), Some(31_000));
        assert_eq!(quarantine.next_look(1_000, 31_000), Some(331_000));
        assert_eq!(quarantine.next_look(1_000, 331_000), None);
    }
}
