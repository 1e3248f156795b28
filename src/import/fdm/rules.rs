//! Which action's places the mail of an account goes to.

use super::super::account::{Account, Place};
use super::super::option::{FILTERS, TO, not_carried};
use super::grammar::{Act, Rule};
use super::tokens::Token;
use super::{path, text};

/// Takes over where the mail of an account goes that matches a rule whatever it holds.
pub(super) fn deliver(account: &mut Account, rules: &[Rule], actions: &[(String, Vec<Act>)]) {
    let mut conditional = false;
    for rule in rules {
        match applies(rule, &account.name) {
            Some(true) => {
                for act in &rule.acts {
                    perform(account, act, actions, 0);
                }
                if !rule.goes_on {
                    break;
                }
            }
            Some(false) => {}
            None => conditional = true,
        }
    }
    if conditional {
        account.note(not_carried("match with conditions", FILTERS));
    }
}

/// Whether a rule is about all mail of the account; nothing where it depends on the mail.
fn applies(rule: &Rule, account: &str) -> Option<bool> {
    match &rule.condition[..] {
        [Token::Word(all)] if all == "all" => Some(!rule.acts.is_empty()),
        [Token::Word(word), names @ ..] if word == "account" || word == "accounts" => {
            let named = |token: &Token| match token {
                Token::Text(pattern) => Some(matches(pattern.as_bytes(), account.as_bytes())),
                _ => None,
            };
            let named: Option<Vec<bool>> = names.iter().map(named).collect();
            named.map(|named| named.contains(&true))
        }
        _ => None,
    }
}

/// Whether a name fits a pattern of a shell's, with * and ?.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => {
            matches(rest, name) || !name.is_empty() && matches(pattern, &name[1..])
        }
        ([b'?', rest @ ..], [_, behind @ ..]) => matches(rest, behind),
        ([c, rest @ ..], [d, behind @ ..]) => c == d && matches(rest, behind),
        _ => false,
    }
}

/// fdm follows no longer chain of actions.
const DEEPEST: usize = 5;

fn perform(account: &mut Account, act: &Act, actions: &[(String, Vec<Act>)], depth: usize) {
    let argument = act.rest.first().and_then(text);
    match (act.kind.as_str(), argument) {
        ("action", Some(name)) if depth < DEEPEST => {
            match actions.iter().find(|(action, _)| *action == name) {
                Some((_, acts)) => {
                    acts.iter().for_each(|act| perform(account, act, actions, depth + 1));
                }
                None => account.note(not_carried(&format!("action \"{name}\""), TO)),
            }
        }
        ("maildir", Some(text)) => match path(&text, account) {
            Some(path) => account.to.push(Place::Maildir(path)),
            None => account.note(not_carried(&format!("maildir \"{text}\""), TO)),
        },
        ("mbox", Some(text)) if act.rest.len() == 1 => match path(&text, account) {
            Some(path) => account.to.push(Place::Mbox(path)),
            None => account.note(not_carried(&format!("mbox \"{text}\""), TO)),
        },
        ("keep", _) => account.delete = None,
        ("tag", _) => {}
        (kind, _) => account.note(not_carried(kind, TO)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?", "a", false),
            ("*b", "ab", true),
            ("a", "b", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), fits, "{pattern} {name}");
        }
    }
}
