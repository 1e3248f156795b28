//! Sizes and times for people.

use std::time::Duration;

/// Octets as a person writes them: `512 B`, `4.1 kB`, `25 MB`.
pub(crate) fn size(octets: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if octets < 1000 {
        return format!("{octets} B");
    }
    // Precise to two digits, which a float is by far.
    let mut value = octets as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let digits = usize::from(value < 9.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A duration: `0.4 s`, `2 min 5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        all => format!("{} min {} s", all / 60, all % 60),
    }
}

/// A time span, roughly: `40 s`, `5 min`, `3 h 20 min`, `12 d`.
pub(crate) fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{minutes} min"),
        3600..36_000 => format!("{hours} h {} min", minutes % 60),
        36_000..172_800 => format!("{hours} h"),
        _ => format!("{days} d"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use popfetch::model::count;

    #[test]
    fn spans() {
        for (seconds, shown) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (12_000, "3 h 20 min"),
            (36_000, "10 h"),
            (172_799, "47 h"),
            (172_800, "2 d"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), shown);
        }
    }

    #[test]
    fn sizes() {
        for (octets, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (1049, "1.0 kB"),
            (1051, "1.1 kB"),
            (9_949, "9.9 kB"),
            (9_999, "10 kB"),
            (25_000_000, "25 MB"),
            (999_499, "999 kB"),
            (999_999, "1.0 MB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(size(octets), shown, "{octets}");
        }
        assert_eq!(
            (count(1, "message"), count(2, "message")),
            ("1 message".into(), "2 messages".into())
        );
    }
}
