//! Adding accounts to the main file: what stands in it stays as it is, comments and all.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use popfetch::durable::{self, Directory};
use popfetch::model::AccountName;
use toml::de::DeValue;
use toml_edit::{DocumentMut, Item, Table, Value};
use zeroize::Zeroizing;

use super::super::exit::Exit;
use super::super::report::Failure;
use super::keys::{Key, Origin, Values};
use super::load::read_text;
use super::read::{Role, read};
use super::value::Wrong;

/// An account that is to be added.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    pub(crate) name: AccountName,
    settings: Vec<(&'static str, Value)>,
}

impl Addition {
    /// An account that says nothing yet.
    pub(crate) fn new(name: AccountName) -> Self {
        Self { name, settings: Vec::new() }
    }

    /// Sets a key.
    ///
    /// # Errors
    /// What is wrong with the value, which is not repeated.
    pub(crate) fn set(&mut self, key: &'static str, value: impl Into<Value>) -> Result<(), String> {
        let value = value.into();
        check(key, &value)?;
        self.settings.push((key, value));
        Ok(())
    }

    /// As it will stand in the file, but for what nobody else may see.
    pub(crate) fn shown(&self) -> String {
        let mut table = Table::new();
        for (key, value) in &self.settings {
            let is_secret =
                *key == "password" || *key == "proxy" && value.to_string().contains('@');
            let shown = if is_secret { Value::from("...") } else { value.clone() };
            table.insert(key, Item::Value(shown));
        }
        let mut document = DocumentMut::new();
        insert(&mut document, &self.name, table);
        document.to_string().trim_start().to_owned()
    }

    fn table(&self) -> Table {
        let values = self.settings.iter();
        values.map(|(key, value)| (*key, Item::Value(value.clone()))).collect()
    }
}

/// Whether popfetch takes this value for this key.
fn check(key: &'static str, value: &Value) -> Result<(), String> {
    let text = Zeroizing::new(value.to_string());
    let origin = Origin { file: Arc::from(Path::new("/")), line: 1, inherited: false };
    let wrong = |key: &Key| format!("popfetch wants {}", key.kind);
    let known = Values::KEYS.iter().find(|known| known.name == key);
    let set = DeValue::parse(text.trim())
        .ok()
        .and_then(|value| Values::default().set(key, value.get_ref(), &origin));
    match set {
        Some(Ok(())) => Ok(()),
        Some(Err(Wrong::Value(message, _))) => Err(message),
        Some(Err(Wrong::Kind)) | None => Err(known.map(wrong).unwrap_or_default()),
    }
}

/// Adds accounts to the configuration at `path`, which is made first where there is none. Either all
/// of them are in it then, or it is as it was. Nobody else can read it from then on.
pub(crate) fn add(path: &Path, additions: &[Addition]) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(Exit::CONFIG, format!("cannot read {}: {error}", path.display()))
    };
    // The file itself, where people keep it elsewhere and have put a link here.
    let target = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        target => target.map_err(failed)?,
    };
    let text =
        if target == path && !path.exists() { Zeroizing::default() } else { read_text(&target)?.0 };
    let text = with_accounts(path, &text, additions)?;
    replace(&target, text.as_bytes()).map_err(|error| {
        let exit = if error.is_storage() { Exit::IO } else { Exit::CANNOT_CREATE };
        let source = &error.source;
        Failure::new(exit, format!("{error}: {source}"))
    })
}

/// The text with accounts added.
fn with_accounts(
    path: &Path,
    text: &str,
    additions: &[Addition],
) -> Result<Zeroizing<String>, Failure> {
    let failed = |message: &str| {
        let message = format!("cannot add an account to {}: {message}", path.display());
        Failure::new(Exit::CONFIG, message)
    };
    let mut document: DocumentMut = text.parse().map_err(|_| failed("it is not TOML"))?;
    for addition in additions {
        insert(&mut document, &addition.name, addition.table());
    }
    let text = Zeroizing::new(document.to_string());
    // What popfetch would not read again is not written.
    let mut problems = Vec::new();
    read(&Arc::from(path), &text, Role::Main, &mut problems);
    problems.into_iter().next().map_or(Ok(text), Err)
}

fn insert(document: &mut DocumentMut, name: &AccountName, mut account: Table) {
    let is_first = document.is_empty();
    let accounts = document.entry("accounts").or_insert_with(|| {
        let mut accounts = Table::new();
        accounts.set_implicit(true);
        Item::Table(accounts)
    });
    match accounts {
        Item::Value(Value::InlineTable(accounts)) => {
            accounts.insert(name.as_str(), Value::InlineTable(account.into_inline_table()));
        }
        accounts => {
            if !is_first {
                account.decor_mut().set_prefix("\n");
            }
            accounts[name.as_str()] = Item::Table(account);
        }
    }
}

/// Puts a file in the place of another, so that at any time there is one of them, whole.
fn replace(target: &Path, content: &[u8]) -> Result<(), durable::Error> {
    let directory = Directory::open_or_create_all(target.parent().unwrap_or(Path::new("/")))?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let new = format!(".{name}.{}", std::process::id());
    let mut file = directory.create_file(&new)?;
    let written = file
        .write(content)
        .and_then(|()| file.sync())
        .and_then(|()| directory.rename_file(&new, &name))
        .and_then(|()| directory.sync());
    if written.is_err() {
        // Only a name that nobody looks for is left where this fails, too.
        let _ = directory.remove(new.as_ref());
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    fn addition(name: &str) -> Addition {
        let mut addition = Addition::new(AccountName::configured(name).unwrap());
        addition.set("host", "h").unwrap();
        addition.set("user", name).unwrap();
        addition.set("password", "a \"b\"\\").unwrap();
        addition
    }

    fn with(text: &str, names: &[&str]) -> String {
        let additions: Vec<Addition> = names.iter().map(|name| addition(name)).collect();
        let text = with_accounts(Path::new("/c.toml"), text, &additions);
        text.map_or_else(|failure| failure.lines(), |text| text.to_string())
    }

    #[test]
    fn what_stands_in_the_file_stays_as_it_is() {
        let account =
            |name: &str| format!("host = \"h\"\nuser = \"{name}\"\npassword = 'a \"b\"\\'\n");
        let (a, b) = (account("a"), account("x.y"));
        for (text, names, expected) in [
            ("", &["a"][..], format!("[accounts.a]\n{a}")),
            (
                "# mine\njobs = 4 # few\n\n[defaults]\n  to   = \"maildir:m\"",
                &["a", "x.y"][..],
                format!(
                    "# mine\njobs = 4 # few\n\n[defaults]\n  to   = \"maildir:m\"\n\n[accounts.a]\n\
                     {a}\n[accounts.\"x.y\"]\n{b}"
                ),
            ),
            (
                "[accounts.old] # was here\nhost = 'o'\n# the end\n",
                &["a"][..],
                format!("[accounts.old] # was here\nhost = 'o'\n\n[accounts.a]\n{a}# the end\n"),
            ),
            (
                "accounts.old = { host = 'o' }\n[defaults]\n",
                &["a"][..],
                format!("accounts.old = {{ host = 'o' }}\n\n[accounts.a]\n{a}[defaults]\n"),
            ),
            (
                "accounts = { old = { host = 'o' } }\n",
                &["a"][..],
                "accounts = { old = { host = 'o' } , a = { host = \"h\", user = \"a\", password = \
                 'a \"b\"\\' } }\n"
                    .to_owned(),
            ),
        ] {
            assert_eq!(with(text, names), expected, "{text}");
        }
        assert!(with("a = ", &["a"]).contains("cannot add an account to /c.toml: it is not TOML"));
    }

    #[test]
    fn a_file_is_replaced_whole_and_private_and_links_are_followed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("deep/config.toml");
        add(&path, &[addition("a")]).unwrap();
        let first = fs::read_to_string(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let elsewhere = home.path().join("dotfile");
        fs::rename(&path, &elsewhere).unwrap();
        fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o644)).unwrap();
        symlink(&elsewhere, &path).unwrap();
        add(&path, &[addition("b")]).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        let both = fs::read_to_string(&elsewhere).unwrap();
        assert!(both.starts_with(&first) && both.contains("[accounts.b]"), "{both}");
        assert_eq!(fs::metadata(&elsewhere).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(home.path().join("deep")).unwrap().count(), 1);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_popfetch_would_not_take_is_not_set_and_no_secret_is_shown() {
        let mut addition = addition("a");
        for (key, value, wrong) in [
            ("auth", "NTLM", "is not a way to log in"),
            ("source-address", "localhost", "popfetch wants an IP address"),
            ("to", "mda:x", "is no destination"),
            ("nonsense", "x", ""),
        ] {
            let error = addition.set(key, value).unwrap_err();
            assert!(error.contains(wrong), "{error}");
        }
        addition.set("proxy", "socks5://joe:hunter2@h:1").unwrap();
        assert_eq!(
            addition.shown(),
            "[accounts.a]\nhost = \"h\"\nuser = \"a\"\npassword = \"...\"\nproxy = \"...\"\n"
        );
    }
}
