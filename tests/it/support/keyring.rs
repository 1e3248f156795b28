//! A desktop's keyring in a session of its own.

use std::process::Command;

use super::Home;
use super::home::behind;

/// Waits until the keyring is there, does its first argument, and then runs the rest. The keyring
/// goes with the shell that started it.
const SCRIPT: &str = r#"
mkdir -p -m 700 "$XDG_RUNTIME_DIR"
printf unlock | setpriv --pdeathsig TERM gnome-keyring-daemon \
    --foreground --unlock --components=secrets >keyring.log 2>&1 &
keyring=$!
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null |
    grep -q true
do
    kill -0 $keyring || exit 99
done
eval "$1" || exit 98
shift
"$@"
status=$?
kill $keyring
exit $status
"#;

/// `command` in a session that has a keyring, after the shell has done `before`.
pub(crate) fn with_keyring(home: &Home, before: &str, command: &Command) -> Command {
    let shell = ["dbus-run-session", "--", "bash", "-c", SCRIPT, "keyring", before];
    let mut outer = behind(&shell, command);
    outer.env("XDG_RUNTIME_DIR", home.path("run"));
    outer
}
