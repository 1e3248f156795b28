//! The nearest right word.

/// The one of `known` that `word` was most likely meant to be, if any is near enough.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('_', "-");
    let tolerated = 1 + word.chars().count() / 4;
    let near = known.into_iter().filter_map(|candidate| {
        let lower = candidate.to_lowercase();
        let distance = strsim::osa_distance(&word, &lower);
        // `username` for `user`, `pass` for `password`.
        let begins = word.len().min(lower.len()) >= 3
            && (word.starts_with(&lower) || lower.starts_with(&word));
        (distance <= tolerated || begins).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// A hint at the right word.
pub(crate) fn did_you_mean(word: &str) -> String {
    format!("did you mean '{word}'?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words() {
        let known = ["host", "port", "user", "ca-file", "password", "password-command", "to"];
        for (word, expected) in [
            ("hots", Some("host")),
            ("HOST", Some("host")),
            ("ca_file", Some("ca-file")),
            ("username", Some("user")),
            ("pass", Some("password")),
            ("passwordcommand", Some("password-command")),
            ("password_comand", Some("password-command")),
            ("too", Some("to")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
