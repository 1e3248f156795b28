//! Completions: what clap_complete makes, and the names of accounts where one is expected.
//!
//! The names come from `popfetch config accounts`, called when they are wanted: clap_complete's
//! own engine for such things is not stable, and would need the program to run for every key.

use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;

use super::is_up_to_date;
use crate::cli::args::Cli;

/// What stands for the accounts in what clap_complete makes.
const MARK: &str = "ACCOUNTS_OF_THE_CONFIGURATION";

/// The definition, without what is hidden, and with [`MARK`] as the one possible value wherever
/// an account is expected.
fn definition() -> Command {
    fn shown(command: &Command) -> Command {
        let marked = |arg: &Arg| {
            if takes_account(arg) {
                arg.clone().value_parser([PossibleValue::new(MARK)])
            } else {
                arg.clone()
            }
        };
        // clap takes names that live for ever.
        let mut new = Command::new(&*command.get_name().to_owned().leak())
            .args(command.get_arguments().map(marked))
            .subcommands(command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(shown));
        if let Some(about) = command.get_about() {
            new = new.about(about.clone());
        }
        new
    }
    // `popfetch help` is not offered: `--help` is, everywhere.
    shown(&Cli::command()).version(env!("CARGO_PKG_VERSION")).disable_help_subcommand(true)
}

fn takes_account(arg: &Arg) -> bool {
    let names = arg.get_value_names().unwrap_or_default();
    arg.is_positional() && names.iter().any(|name| name == "SOURCE" || name == "ACCOUNT")
}

fn made(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut definition(), "popfetch", &mut text);
    String::from_utf8(text).expect("completions are UTF-8")
}

/// Replaces what must be there.
fn replace(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "clap_complete makes something else now: there is no\n{old}");
    text.replace(old, new)
}

/// How many arguments are accounts.
fn accounts(command: &Command) -> usize {
    let own = command.get_arguments().filter(|arg| takes_account(arg)).count();
    own + command.get_subcommands().map(accounts).sum::<usize>()
}

/// The words that bash chooses from are put together when they are wanted: options only after
/// a dash, so that they do not bury the accounts.
const BASH: &str = r#"
# The words that $opts stands for, as far as they fit what is typed.
_popfetch_words() {
    local word words=""
    for word in $opts; do
        case "$word" in
            ACCOUNTS_OF_THE_CONFIGURATION)
                [[ $cur == -* ]] || words+=" $(command popfetch config accounts 2>/dev/null)"
                ;;
            -*)
                [[ $cur != -* ]] || words+=" $word"
                ;;
            *)
                words+=" $word"
                ;;
        esac
    done
    compgen -W "$words" -- "$cur"
}
"#;

#[test]
fn bash() {
    let text = made(Shell::Bash);
    assert_eq!(text.matches(MARK).count(), accounts(&definition()));
    let text = replace(&text, r#"$(compgen -W "${opts}" -- "${cur}")"#, "$(_popfetch_words)");
    is_up_to_date("completions/popfetch.bash", &format!("{text}{BASH}"));
}

const ZSH: &str = r#"
(( $+functions[_popfetch_accounts] )) ||
_popfetch_accounts() {
    local -a accounts
    accounts=( ${(f)"$(command popfetch config accounts 2>/dev/null)"} )
    _describe -t accounts 'account' accounts
}

if [ "$funcstack[1]" ="#;

#[test]
fn zsh() {
    let text = made(Shell::Zsh);
    assert_eq!(text.matches(MARK).count(), accounts(&definition()));
    let text = replace(&text, &format!(":({MARK})"), ":_popfetch_accounts");
    assert!(!text.contains(MARK));
    is_up_to_date("completions/_popfetch", &replace(&text, "\nif [ \"$funcstack[1]\" =", ZSH));
}

/// fish knows nothing of what is no option: the lines for accounts are all ours.
#[test]
fn fish() {
    let mut text = made(Shell::Fish);
    text += "\n# The accounts of the configuration.\n";
    let mut condition = |condition: &str| {
        text += &format!(
            "complete -c popfetch -n \"__fish_popfetch_using_subcommand {condition}\" -f \
             -a \"(command popfetch config accounts 2>/dev/null)\"\n"
        );
    };
    let takes = |command: &Command| command.get_arguments().any(takes_account);
    for command in definition().get_subcommands() {
        if takes(command) {
            condition(command.get_name());
        }
        for sub in command.get_subcommands().filter(|sub| takes(sub)) {
            let (name, sub) = (command.get_name(), sub.get_name());
            condition(&format!("{name}; and __fish_seen_subcommand_from {sub}"));
        }
    }
    is_up_to_date("completions/popfetch.fish", &text);
}
