//! popfetch and its peers, each set up as its own documentation recommends.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;

use crate::support::dovecot::{NOBODY, PASSWORD};
use crate::support::home::behind;

use super::round::Round;
use super::{Policy, To};

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    Popfetch,
    Mpop,
    Fetchmail,
    Getmail,
    /// With the option to save its state after each message.
    GetmailOnEachMail,
}

impl Program {
    const ALL: [(Self, &str); 5] = [
        (Self::Popfetch, "popfetch"),
        (Self::Mpop, "mpop"),
        (Self::Fetchmail, "fetchmail"),
        (Self::Getmail, "getmail"),
        (Self::GetmailOnEachMail, "getmail-on-each-mail"),
    ];

    /// The one that the environment names.
    pub(super) fn chosen() -> Self {
        let Ok(wanted) = std::env::var("POPFETCH_KILL_PROGRAM") else { return Self::Popfetch };
        let found = Self::ALL.into_iter().find(|(_, name)| *name == wanted);
        found.unwrap_or_else(|| panic!("POPFETCH_KILL_PROGRAM is none of {:?}", Self::ALL)).0
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(program, _)| *program == self).expect("one of all").1
    }

    /// Whether all went well; to fetchmail a mailbox without new mail is worth a status.
    pub(super) fn is_content(self, status: i32) -> bool {
        status == 0 || (self == Self::Fetchmail && status == 1)
    }

    /// Makes what it wants to find: its configuration, and the places for mail.
    pub(super) fn prepare(self, round: &Round<'_>) {
        let (name, text) = match self {
            // Told all on the command line.
            Self::Popfetch => return,
            Self::Mpop => ("mpoprc", mpop(round)),
            Self::Fetchmail => ("fetchmailrc", fetchmail(round)),
            Self::Getmail => ("getmailrc", getmail(round, false)),
            Self::GetmailOnEachMail => ("getmailrc", getmail(round, true)),
        };
        let directory = &round.directory;
        fs::write(directory.join(name), text).expect("a configuration");
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(directory.join(name), private).expect("permissions");
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(round.maildir.path().join(part)).expect("a Maildir");
        }
        // getmail delivers nothing as root.
        if geteuid().is_root() {
            let home = directory.parent().expect("a home");
            fs::set_permissions(home, fs::Permissions::from_mode(0o755)).expect("permissions");
            give_away(directory);
        }
    }

    /// The program, ready to fetch. It says little: nobody reads it until the end.
    pub(super) fn command(self, round: &Round<'_>) -> Command {
        let path = |name: &str| round.directory.join(name).display().to_string();
        let (program, args) = match self {
            Self::Popfetch => return popfetch(round),
            Self::Mpop => ("mpop", ["-Q", "-C", &path("mpoprc")]),
            Self::Fetchmail => ("fetchmail", ["-s", "-f", &path("fetchmailrc")]),
            Self::Getmail | Self::GetmailOnEachMail => {
                ("getmail", ["-q", "--getmaildir", &path("")])
            }
        };
        let mut command = Command::new(program);
        command.args(args).current_dir(&round.directory);
        command.env("HOME", &round.directory).env("PATH", "/usr/bin:/bin");
        behind(self.user(), &command)
    }

    /// What a command stands behind that acts as the user whom the mail belongs to.
    pub(super) fn user(self) -> &'static [&'static str] {
        if self == Self::Popfetch || !geteuid().is_root() {
            return &["env"];
        }
        &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    }
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("a new owner");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            give_away(&entry.expect("an entry").path());
        }
    }
}

fn popfetch(round: &Round<'_>) -> Command {
    let maildir = format!("maildir:{}", round.maildir.path().display());
    let mbox = round.mbox.to();
    let to: &[&str] = match round.to {
        To::Maildir => &["--to", &maildir],
        To::Mbox => &["--to", &mbox],
        To::Both => &["--to", &maildir, "--to", &mbox],
    };
    let policy = match round.policy {
        Policy::Keep => "--keep",
        Policy::Delete => "--delete",
    };
    let state = round.state().display().to_string();
    let args = [to, &[policy, "--state-dir", &state]].concat();
    let command = round.site.command("fetch", &round.user, &args);
    if !round.few_files {
        return command;
    }
    // Room for the files of few messages makes small batches, and many of them.
    behind(&["sh", "-c", "ulimit -n 124; exec \"$@\"", "sh"], &command)
}

fn mpop(round: &Round<'_>) -> String {
    let to = match round.to {
        To::Mbox => format!("mbox {}", round.mbox.path().display()),
        To::Maildir | To::Both => format!("maildir {}", round.maildir.path().display()),
    };
    let keep = if round.policy == Policy::Keep { "on" } else { "off" };
    format!(
        "defaults\ntls on\ntls_starttls off\ntls_trust_file {}\n\
         account default\nhost localhost\nport {}\nuser {}\npassword {PASSWORD}\n\
         delivery {to}\nkeep {keep}\n",
        round.authority().display(),
        round.site.dovecot.port(),
        round.user,
    )
}

fn fetchmail(round: &Round<'_>) -> String {
    let to = match round.to {
        To::Mbox => round.mbox.path().display().to_string(),
        // For procmail, what ends so is a Maildir.
        To::Maildir | To::Both => format!("{}/", round.maildir.path().display()),
    };
    let keep = if round.policy == Policy::Keep { "keep" } else { "nokeep" };
    let directory = round.directory.display();
    format!(
        "set idfile \"{directory}/fetchids\"\nset pidfile \"{directory}/fetchmail.pid\"\n\
         poll localhost protocol pop3 port {} uidl\n\
         user \"{}\" password \"{PASSWORD}\" ssl sslproto \"tls1.2+\" sslcertfile \"{}\" {keep}\n\
         mda \"/usr/bin/procmail -f %F DEFAULT={to} ORGMAIL={to} LOCKSLEEP=1 /dev/null\"\n",
        round.site.dovecot.port(),
        round.user,
        round.authority().display(),
    )
}

fn getmail(round: &Round<'_>, on_each_mail: bool) -> String {
    let (kind, path) = match round.to {
        To::Mbox => ("Mboxrd", round.mbox.path().display().to_string()),
        To::Maildir | To::Both => ("Maildir", format!("{}/", round.maildir.path().display())),
    };
    format!(
        "[retriever]\ntype = SimplePOP3SSLRetriever\nserver = localhost\nport = {}\n\
         username = {}\npassword = {PASSWORD}\nca_certs = {}\n\
         [destination]\ntype = {kind}\npath = {path}\n\
         [options]\nread_all = false\ndelete = {}\nto_oldmail_on_each_mail = {on_each_mail}\n",
        round.site.dovecot.port(),
        round.user,
        round.authority().display(),
        round.policy == Policy::Delete,
    )
}
