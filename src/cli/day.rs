//! Dates as a person wants them in a list.

use jiff::{SignedDuration, Timestamp, ZonedDateTime};

/// When `time` was, seen from `now`: the time of today, the weekday and time of the last six days,
/// the day of this year, or the date. What lies in the future is not to be believed, and gets its
/// date.
pub(crate) fn day(time: Timestamp, now: &ZonedDateTime) -> String {
    let then = now.time_zone().to_datetime(time);
    let (date, today) = (then.date(), now.date());
    let week = today.saturating_sub(SignedDuration::from_hours(6 * 24));
    let form = if date == today && time <= now.timestamp() {
        "%H:%M"
    } else if date > today || date.year() != today.year() && date < week {
        "%Y-%m-%d"
    } else if date < week {
        "%e %b"
    } else if date < today {
        "%a %H:%M"
    } else {
        // Later today.
        "%Y-%m-%d"
    };
    then.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_the_more_exact() {
        let now: ZonedDateTime = "2026-01-03T14:00+01:00[Europe/Berlin]".parse().unwrap();
        for (time, shown) in [
            ("2026-01-03T13:00:00Z", "14:00"),
            ("2026-01-02T23:30:00Z", "00:30"),
            ("2026-01-02T22:30:00Z", "Fri 23:30"),
            // In the year before, and in the last days all the same.
            ("2025-12-28T12:00:00Z", "Sun 13:00"),
            ("2025-12-27T12:00:00Z", "2025-12-27"),
            ("1970-01-01T00:00:00Z", "1970-01-01"),
            // The clock of whoever sent it is wrong.
            ("2026-01-03T16:00:00Z", "2026-01-03"),
            ("2031-05-05T12:00:00Z", "2031-05-05"),
        ] {
            assert_eq!(day(time.parse().unwrap(), &now), shown, "{time}");
        }
        let now: ZonedDateTime = "2026-12-01T09:00+00:00[UTC]".parse().unwrap();
        assert_eq!(day("2026-03-07T12:00:00Z".parse().unwrap(), &now), " 7 Mar");
    }
}
