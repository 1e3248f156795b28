//! What accounts are called that were called something else.

use std::collections::HashSet;

use popfetch::model::AccountName;

use super::super::config::Config;

/// The names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

/// The longest name made here, in characters; there is room behind it for a number.
const MAX: usize = 56;

impl Names {
    /// Those of the configuration.
    pub(super) fn of(config: Option<&Config>) -> Self {
        let accounts = config.map(|config| &config.accounts[..]).unwrap_or_default();
        Self(accounts.iter().map(|account| account.name.to_string()).collect())
    }

    /// A name like `old`, or without anything in that to make one from, like `program`.
    pub(super) fn make(&mut self, old: &str, program: &str) -> AccountName {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let plain: String = old.chars().map(|c| if is_fine(c) { c } else { '-' }).collect();
        let plain = plain.trim_matches(['-', '.']);
        let plain = &plain[..plain.len().min(MAX)];
        let base = if plain.is_empty() { program } else { plain };
        let numbered = (2_u32..).map(|n| format!("{base}-{n}"));
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        loop {
            let name = names.next().unwrap_or_default();
            if self.0.insert(name.clone())
                && let Ok(name) = AccountName::configured(&name)
            {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_each_is_given_once() {
        let mut names = Names(HashSet::from(["work".to_owned()]));
        for (old, name) in [
            ("work", "work-2"),
            ("work", "work-3"),
            ("home", "home"),
            ("joe@pop.example.com", "joe-pop.example.com"),
            ("a b/ü", "a-b"),
            ("..", "mpop"),
            ("", "mpop-2"),
            ("-", "mpop-3"),
            (&"x".repeat(99), &"x".repeat(56)),
            (&"x".repeat(98), &("x".repeat(56) + "-2")),
        ] {
            assert_eq!(names.make(old, "mpop").as_str(), name, "{old}");
        }
    }
}
