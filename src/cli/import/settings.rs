//! An account of another program's in the words of popfetch's configuration.

use popfetch::import::{Account, Password, Place, Setting};
use popfetch::jobs;
use popfetch::model::{AccountName, Deletion};
use toml_edit::{Array, Value};

use super::super::config::{Addition, tls_name};
use super::files::at_home;

/// The account `name`, which reads the mailbox of `reader`. What popfetch would not take of it
/// becomes a note.
pub(super) fn addition(
    name: AccountName,
    reader: &jobs::Account,
    account: &mut Account,
) -> Addition {
    let endpoint = &reader.endpoint;
    let mut settings: Vec<(&'static str, Value)> = vec![("host", endpoint.host.as_str().into())];
    if endpoint.port != endpoint.tls.default_port() {
        settings.push(("port", i64::from(endpoint.port).into()));
    }
    settings.push(("tls", tls_name(endpoint.tls).into()));
    settings.push(("user", reader.user.as_str().into()));
    match &account.password {
        None => {}
        Some(Password::Command(command)) => {
            settings.push(("password-command", command.as_str().into()));
        }
        Some(Password::Known(secret)) => {
            // What was read is text.
            let text = String::from_utf8_lossy(secret.expose());
            settings.push(("password", text.as_ref().into()));
        }
    }
    settings.extend(account.settings.iter().map(|(key, setting)| (*key, value(setting))));
    let to = account.to.iter().map(|place| match place {
        Place::Maildir(path) => format!("maildir:{}", at_home(path)),
        Place::Mbox(path) => format!("mbox:{}", at_home(path)),
    });
    settings.extend(one_or_all(to.collect()).map(|to| ("to", to)));
    // Said in any case: the defaults of the configuration may say something else.
    settings.push(("delete", deletion(account.delete)));

    let mut addition = Addition::new(name);
    for (key, value) in settings {
        if let Err(wrong) = addition.set(key, value) {
            account.notes.push(format!("its {key} is not carried over: {wrong}"));
        }
    }
    addition
}

fn value(setting: &Setting) -> Value {
    match setting {
        Setting::Text(texts) => one_or_all(texts.clone()).unwrap_or_else(|| "".into()),
        Setting::Number(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        Setting::Path(path) => at_home(path).into(),
    }
}

/// A string, or an array where there are several; nothing where there is none.
fn one_or_all(mut texts: Vec<String>) -> Option<Value> {
    if texts.len() > 1 {
        return Some(texts.into_iter().collect::<Array>().into());
    }
    texts.pop().map(Value::from)
}

/// When mail is deleted, as a person would write it.
fn deletion(delete: Option<Deletion>) -> Value {
    const UNITS: [(i64, char); 3] = [(24 * 3600, 'd'), (3600, 'h'), (60, 'm')];
    match delete.map(|delete| delete.after) {
        None => false.into(),
        Some(0) => true.into(),
        Some(after) => {
            let unit = UNITS.into_iter().find(|(seconds, _)| after % seconds == 0);
            let (seconds, unit) = unit.unwrap_or((1, 's'));
            format!("{}{unit}", after / seconds).into()
        }
    }
}
