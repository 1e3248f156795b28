//! The manual: templates in `pages/`, written by hand, filled from the definition of the
//! arguments (by clap_mangen) and the tables of the keys.
//!
//! A line of a template that begins with `@` stands for what is made:
//!
//! | line | stands for |
//! | --- | --- |
//! | `@TITLE` | the title line |
//! | `@NAME`, `@SYNOPSIS`, `@ABOUT` | the command, how it is called, what it does |
//! | `@COMMANDS` | the commands below it that have pages of their own |
//! | `@SECTIONS` | the commands below it, described here |
//! | `@OPTIONS` | its options, or those of the commands below it |
//! | `@KEYS`, `@GLOBAL-KEYS` | the keys of an account, those of the whole file |

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::args::Cli;
use crate::cli::config::{Globals, Key, Values};

/// The date on the pages: when what they say was last looked through.
const DATE: &str = "2026-11-24";

/// Every page: its file name, and its text.
pub(super) fn pages() -> Vec<(&'static str, String)> {
    let root = root();
    let page = |name: &'static str, template: &str| {
        let path = name.trim_end_matches(".1");
        let command = path.split('-').skip(1).fold(&root, |command, name| {
            command.find_subcommand(name).expect("a page for a command that there is")
        });
        (name, fill(name, template, command))
    };
    vec![
        page("popfetch.1", include_str!("pages/popfetch.1")),
        page("popfetch-list.1", include_str!("pages/popfetch-list.1")),
        page("popfetch-fetch.1", include_str!("pages/popfetch-fetch.1")),
        page("popfetch-delete.1", include_str!("pages/popfetch-delete.1")),
        page("popfetch-init.1", include_str!("pages/popfetch-init.1")),
        page("popfetch-login.1", include_str!("pages/popfetch-login.1")),
        page("popfetch-logout.1", include_str!("pages/popfetch-logout.1")),
        page("popfetch-config.1", include_str!("pages/popfetch-config.1")),
        page("popfetch-check.1", include_str!("pages/popfetch-check.1")),
        page("popfetch-status.1", include_str!("pages/popfetch-status.1")),
        page("popfetch-state.1", include_str!("pages/popfetch-state.1")),
        page("popfetch-import.1", include_str!("pages/popfetch-import.1")),
        page("popfetch-completions.1", include_str!("pages/popfetch-completions.1")),
        ("popfetch.toml.5", fill("popfetch.toml.5", include_str!("pages/popfetch.toml.5"), &root)),
        (
            "popfetch-migrate.7",
            fill("popfetch-migrate.7", include_str!("pages/popfetch-migrate.7"), &root),
        ),
    ]
}

/// The definition as the manual shows it.
pub(super) fn root() -> Command {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    root
}

/// Fills a template.
fn fill(name: &str, template: &str, command: &Command) -> String {
    let mut page = String::from(
        ".\\\" Made from src/cli/generated/pages; see src/cli/generated/mod.rs for how.\n",
    );
    for line in template.lines() {
        let made = match line {
            "@TITLE" => title(name),
            "@NAME" => render(command, Man::render_name_section),
            "@SYNOPSIS" => synopsis(command),
            "@ABOUT" => render(command, Man::render_description_section),
            "@COMMANDS" => render(command, Man::render_subcommands_section),
            "@SECTIONS" => sections(command),
            "@OPTIONS" => options(command, template.contains("@SECTIONS")),
            "@KEYS" => keys(Values::KEYS),
            "@GLOBAL-KEYS" => keys(Globals::KEYS),
            line if line.starts_with('@') => panic!("{name}: what is {line}?"),
            line => format!("{line}\n"),
        };
        page += &made;
    }
    page
}

fn title(name: &str) -> String {
    let (title, section) = name.rsplit_once('.').expect("a section");
    let version = env!("CARGO_PKG_VERSION");
    // How the apostrophes in what clap_mangen makes are written.
    format!(
        ".TH {title} {section} {DATE} \"popfetch {version}\" \"popfetch manual\"\n\
         .ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n"
    )
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set())
}

/// A part of the page that clap_mangen makes, without its heading and without what
/// [`title`] has said already.
fn render(
    command: &Command,
    part: impl Fn(&Man, &mut dyn std::io::Write) -> std::io::Result<()>,
) -> String {
    let mut text = Vec::new();
    part(&Man::new(command.clone()), &mut text).expect("room in memory");
    let text = String::from_utf8(text).expect("a page in UTF-8");
    let lines = text.lines().filter(|line| {
        let preamble = line.starts_with(".ie \\n(.g") || line.starts_with(".el .ds Aq");
        !preamble && !line.starts_with(".SH ")
    });
    lines.map(|line| format!("{line}\n")).collect()
}

/// How a command and those below it are called, in a few words: all options would fill a page.
fn synopsis(command: &Command) -> String {
    let mut text = String::new();
    let subs: Vec<&Command> = visible(command).collect();
    let shown = if subs.is_empty() { vec![command] } else { subs };
    for (n, command) in shown.into_iter().enumerate() {
        if n > 0 {
            text += ".br\n";
        }
        text += &usage(command);
    }
    text
}

/// How one command is called.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    render(&command.clone().override_usage(usage), Man::render_synopsis_section)
}

/// The commands below `parent`: how each is called, what it does, what it alone takes.
fn sections(parent: &Command) -> String {
    let mut text = String::new();
    for command in visible(parent) {
        let _ = writeln!(text, ".SS {}", escape(command.get_name()));
        text += &usage(command);
        text += ".PP\n";
        text += &render(command, Man::render_description_section);
        let own = |arg: &&Arg| arg.get_help_heading().is_none() && !is_common(arg, parent);
        text += &list(command.get_arguments().filter(own));
        let mut named = headings(command.get_arguments());
        named.retain(|heading| !is_global(heading));
        if !named.is_empty() {
            // Without what stands in brackets: a name is enough.
            let names = named.iter().map(|heading| heading.split(" (").next().unwrap_or(heading));
            let names: Vec<String> = names.map(|name| format!("\\(lq{name}\\(rq")).collect();
            let _ = writeln!(text, ".PP\nIt also takes the options under {}.", names.join(" and "));
        }
    }
    text
}

/// Whether all commands below `parent` take the argument.
fn is_common(arg: &Arg, parent: &Command) -> bool {
    visible(parent).all(|sub| sub.get_arguments().any(|other| other.get_id() == arg.get_id()))
}

/// The headings of some arguments, each once.
fn headings<'a>(args: impl Iterator<Item = &'a Arg>) -> Vec<&'a str> {
    let mut headings = Vec::new();
    for heading in args.filter_map(Arg::get_help_heading) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    headings
}

fn is_global(heading: &str) -> bool {
    heading.starts_with("Global")
}

/// The options of a command, under the headings that its help has too; `with_sections`, also what
/// the commands below it take and [`sections`] has not described.
fn options(command: &Command, with_sections: bool) -> String {
    let mut all: Vec<&Arg> = command.get_arguments().collect();
    for arg in visible(command).flat_map(Command::get_arguments).filter(|_| with_sections) {
        let known = all.iter().any(|other| other.get_id() == arg.get_id());
        if !known && (arg.get_help_heading().is_some() || is_common(arg, command)) {
            all.push(arg);
        }
    }
    let mut text = list(all.iter().copied().filter(|arg| arg.get_help_heading().is_none()));
    let mut headings = headings(all.iter().copied());
    // What all commands have comes last.
    headings.sort_by_key(|heading| is_global(heading));
    for heading in headings {
        let _ = writeln!(text, ".SS {heading}");
        text += &list(all.iter().copied().filter(|arg| arg.get_help_heading() == Some(heading)));
    }
    text
}

/// A list of arguments and then of options.
fn list<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    let shown = args.filter(|arg| !arg.is_hide_set());
    let (arguments, options): (Vec<&Arg>, Vec<&Arg>) = shown.partition(|arg| arg.is_positional());
    let list = |args: Vec<&Arg>| {
        // Nothing but these, in this order; what clap would add is among them.
        let command = Command::new("popfetch")
            .disable_help_flag(true)
            .disable_version_flag(true)
            .version("")
            .args(args.into_iter().enumerate().map(|(n, arg)| plain(arg).display_order(n)));
        render(&command, Man::render_options_section)
    };
    list(arguments) + &list(options)
}

/// An argument as a page shows it: values in the sentence and not below it, and no relations to
/// arguments that are not there.
fn plain(arg: &Arg) -> Arg {
    let mut new = Arg::new(arg.get_id().clone()).action(arg.get_action().clone());
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if arg.get_action().takes_values() && !values.is_empty() {
        help += &format!(" [one of: {}]", values.join(", "));
    }
    new = new.help(help).required(arg.is_required_set());
    if let Some(names) = arg.get_value_names() {
        new = new.value_names(names.iter().cloned());
    }
    if let Some(short) = arg.get_short() {
        new = new.short(short);
    }
    if let Some(long) = arg.get_long() {
        // clap takes names that live for ever.
        new = new.long(&*long.to_owned().leak());
    }
    new
}

/// A list of keys.
fn keys(keys: &[Key]) -> String {
    let mut text = String::new();
    for Key { name, kind, default, example, doc } in keys {
        let default = match default.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
            Some("needed") => "Required.".to_owned(),
            Some(words) => format!("Default: {}.", escape(words)),
            None => format!("Default: \\fB{}\\fR.", escape(default)),
        };
        let (name, kind, doc) = (escape(name), escape(kind), escape(doc));
        let example = escape(example);
        let _ = writeln!(text, ".TP\n.B {name}\n{doc}\n.br\nType: {kind}. {default}");
        let _ = writeln!(text, ".br\nExample: \\fB{name} = {example}\\fR");
    }
    text
}

/// Text as roff takes it within a line.
fn escape(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('~', "\\(ti")
}
