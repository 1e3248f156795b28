//! The other programs that fetch mail, each set up as its own documentation recommends.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::geteuid;

use super::dovecot::{NOBODY, PASSWORD};

/// Another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Mpop,
    Fetchmail,
    Getmail,
    /// With the option to save its state after each message.
    GetmailOnEachMail,
    Fdm,
}

/// What a program is to fetch, and where to.
pub(crate) struct Errand {
    /// Where its configuration and its state are; the authority's certificate is there already.
    pub(crate) directory: PathBuf,
    /// The server's, on localhost, with TLS from the start.
    pub(crate) port: u16,
    pub(crate) accounts: Vec<Account>,
    /// Whether mail stays on the server.
    pub(crate) keep: bool,
}

/// A mailbox on the server.
pub(crate) struct Account {
    pub(crate) user: String,
    pub(crate) to: Place,
}

/// Where its mail goes.
pub(crate) enum Place {
    Maildir(PathBuf),
    Mbox(PathBuf),
}

impl Errand {
    /// The certificate of the authority that has signed the server's.
    pub(crate) fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// A file of the program's own.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a configuration, private to the user.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::write(&path, text).expect("a configuration");
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
    }

    /// What `text` makes of each account, one after the other.
    pub(crate) fn each(&self, text: impl Fn(&Account) -> String) -> String {
        self.accounts.iter().map(text).collect()
    }
}

impl Place {
    /// As most programs understand it: what ends with a slash is a Maildir.
    fn path(&self) -> String {
        match self {
            Self::Maildir(path) => format!("{}/", path.display()),
            Self::Mbox(path) => path.display().to_string(),
        }
    }
}

impl Peer {
    const ALL: [(Self, &str); 5] = [
        (Self::Mpop, "mpop"),
        (Self::Fetchmail, "fetchmail"),
        (Self::Getmail, "getmail"),
        (Self::GetmailOnEachMail, "getmail-on-each-mail"),
        (Self::Fdm, "fdm"),
    ];

    /// The one that is called so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(peer, _)| peer)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(peer, _)| *peer == self).expect("one of all").1
    }

    /// Whether all went well; to fetchmail a mailbox without new mail is worth a status.
    pub(crate) fn is_content(self, status: i32) -> bool {
        status == 0 || (self == Self::Fetchmail && status == 1)
    }

    /// Makes what it wants to find: its configuration, and the places for mail.
    pub(crate) fn prepare(self, errand: &Errand) {
        match self {
            Self::Mpop => errand.write("mpoprc", &mpop(errand)),
            Self::Fetchmail => errand.write("fetchmailrc", &fetchmail(errand)),
            Self::Getmail | Self::GetmailOnEachMail => {
                for account in &errand.accounts {
                    let on_each_mail = self == Self::GetmailOnEachMail;
                    errand.write(&getmailrc(account), &getmail(errand, account, on_each_mail));
                }
            }
            Self::Fdm => errand.write("fdm.conf", &fdm(errand)),
        }
        for account in &errand.accounts {
            if let Place::Maildir(path) = &account.to {
                for part in ["", "tmp", "new", "cur"] {
                    let path = path.join(part);
                    fs::create_dir_all(&path).expect("a Maildir");
                    // fdm complains of others.
                    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
                        .expect("permissions");
                }
            }
        }
        // getmail delivers nothing as root.
        if geteuid().is_root() {
            let around = errand.directory.parent().expect("a directory");
            fs::set_permissions(around, fs::Permissions::from_mode(0o755)).expect("permissions");
            give(&errand.directory, NOBODY);
        }
    }

    /// The program, ready to fetch as [`owner`]. It says little: nobody reads it until the end.
    pub(crate) fn command(self, errand: &Errand) -> Command {
        let path = |name: &str| errand.path(name).display().to_string();
        let (program, args) = match self {
            Self::Mpop => ("mpop", vec!["-Q".to_owned(), "-a".into(), "-C".into(), path("mpoprc")]),
            Self::Fetchmail => ("fetchmail", vec!["-s".into(), "-f".into(), path("fetchmailrc")]),
            Self::Getmail | Self::GetmailOnEachMail => {
                let files =
                    errand.accounts.iter().map(|account| format!("-r{}", getmailrc(account)));
                let args = ["-q".into(), "--getmaildir".into(), path("")].into_iter();
                ("getmail", args.chain(files).collect())
            }
            Self::Fdm => ("fdm", vec!["-q".into(), "-f".into(), path("fdm.conf"), "fetch".into()]),
        };
        let mut command = Command::new(program);
        command.args(args).current_dir(&errand.directory).env_clear();
        command.env("HOME", &errand.directory).env("PATH", "/usr/bin:/bin");
        // The only way to tell fdm whom to trust.
        command.env("SSL_CERT_FILE", errand.authority());
        command
    }
}

/// What a command stands behind that acts as the user whom the mail belongs to.
pub(crate) fn owner() -> &'static [&'static str] {
    if geteuid().is_root() {
        return &["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    }
    &["env"]
}

/// Gives all that is at `path` to a user.
pub(crate) fn give(path: &Path, user: u32) {
    chown(path, Some(user), Some(user)).expect("a new owner");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a directory") {
            give(&entry.expect("an entry").path(), user);
        }
    }
}

fn mpop(errand: &Errand) -> String {
    let keep = if errand.keep { "on" } else { "off" };
    let defaults = format!(
        "defaults\ntls on\ntls_starttls off\ntls_trust_file {}\nhost localhost\nport {}\n\
         password {PASSWORD}\nkeep {keep}\n",
        errand.authority().display(),
        errand.port,
    );
    let account = |Account { user, to }: &Account| {
        let to = match to {
            Place::Maildir(path) => format!("maildir {}", path.display()),
            Place::Mbox(path) => format!("mbox {}", path.display()),
        };
        format!("account {user}\nuser {user}\ndelivery {to}\n")
    };
    defaults + &errand.each(account)
}

fn fetchmail(errand: &Errand) -> String {
    let keep = if errand.keep { "keep" } else { "nokeep" };
    let directory = errand.directory.display();
    let poll = format!(
        "set idfile \"{directory}/fetchids\"\nset pidfile \"{directory}/fetchmail.pid\"\n\
         poll localhost protocol pop3 port {} uidl\n",
        errand.port,
    );
    let user = |Account { user, to }: &Account| {
        let (authority, to) = (errand.authority(), to.path());
        format!(
            "user \"{user}\" password \"{PASSWORD}\" ssl sslproto \"tls1.2+\" \
             sslcertfile \"{}\" {keep}\n\
             mda \"/usr/bin/procmail -f %F DEFAULT={to} ORGMAIL={to} LOCKSLEEP=1 /dev/null\"\n",
            authority.display(),
        )
    };
    poll + &errand.each(user)
}

/// The name of an account's configuration.
fn getmailrc(account: &Account) -> String {
    format!("getmailrc-{}", account.user)
}

fn getmail(errand: &Errand, account: &Account, on_each_mail: bool) -> String {
    let kind = match account.to {
        Place::Maildir(_) => "Maildir",
        Place::Mbox(_) => "Mboxrd",
    };
    format!(
        "[retriever]\ntype = SimplePOP3SSLRetriever\nserver = localhost\nport = {}\n\
         username = {}\npassword = {PASSWORD}\nca_certs = {}\n\
         [destination]\ntype = {kind}\npath = {}\n\
         [options]\nread_all = false\ndelete = {}\nto_oldmail_on_each_mail = {on_each_mail}\n",
        errand.port,
        account.user,
        errand.authority().display(),
        account.to.path(),
        !errand.keep,
    )
}

fn fdm(errand: &Errand) -> String {
    let keep = if errand.keep { "keep" } else { "" };
    let lock = errand.path("fdm.lock");
    let settings = format!("set verify-certificates\nset lock-file \"{}\"\n", lock.display());
    let account = |Account { user, to }: &Account| {
        let cache = errand.path(&format!("{user}.cache"));
        let (kind, path) = match to {
            Place::Maildir(path) => ("maildir", path),
            Place::Mbox(path) => ("mbox", path),
        };
        format!(
            "account \"{user}\" pop3s server \"localhost\" port {} user \"{user}\" \
             pass \"{PASSWORD}\" new-only cache \"{}\" {keep}\n\
             action \"{user}\" {kind} \"{}\"\nmatch account \"{user}\" action \"{user}\"\n",
            errand.port,
            cache.display(),
            path.display(),
        )
    };
    settings + &errand.each(account)
}
