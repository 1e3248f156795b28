//! A search for a password, in every form in which it could be seen.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::Output;

/// The forms of one password.
pub(crate) struct Leaks(Vec<Vec<u8>>);

/// A shorter part of a coded form could be there by chance.
const SHORTEST: usize = 6;

impl Leaks {
    /// The forms of `password`, the password of `alice` among them as PLAIN sends it.
    pub(crate) fn of(password: &str) -> Self {
        let octets = password.as_bytes();
        let mut forms = vec![octets.to_vec()];
        let each = |form: fn(&u8) -> String| octets.iter().map(form).collect::<String>();
        forms.push(each(|octet| format!("{octet:02x}")).into());
        forms.push(each(|octet| format!("{octet:02X}")).into());
        forms.push(each(|octet| format!("%{octet:02x}")).into());
        forms.push(each(|octet| format!("%{octet:02X}")).into());
        forms.push(each(percent_encoded).into());
        // As JSON and as Rust would write it in quotes.
        let quoted = [serde_json::to_string(password).expect("a string"), format!("{password:?}")];
        forms.extend(quoted.iter().map(|text| text[1..text.len() - 1].into()));
        for before in ["", "x", "xx", "\0alice\0"] {
            forms.push(inner_base64(&STANDARD, before, octets));
            forms.push(inner_base64(&URL_SAFE, before, octets));
        }
        forms.retain(|form| form.len() >= SHORTEST.min(octets.len()));
        Self(forms)
    }

    /// This part of it, too.
    pub(crate) fn or_part(mut self, part: &str) -> Self {
        self.0.push(part.into());
        self
    }

    /// The form that `bytes` holds, if any.
    fn find(&self, bytes: &[u8]) -> Option<String> {
        let holds = |form: &&Vec<u8>| memchr::memmem::find(bytes, form).is_some();
        self.0.iter().find(holds).map(|form| form.escape_ascii().to_string())
    }

    /// The lines of what the program has printed that show it.
    pub(crate) fn in_output(&self, output: &Output) -> Vec<String> {
        let stdout = String::from_utf8_lossy(&output.stdout);
        let lines = stdout.lines().chain(output.stderr.lines());
        lines.filter(|line| self.find(line.as_bytes()).is_some()).map(str::to_owned).collect()
    }

    /// The files below `path`, and the names there, that hold it; but for those whose names are
    /// `given`, in which the test itself has put it.
    pub(crate) fn below(&self, path: &Path, given: &[&str]) -> Vec<String> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.expect("an entry");
            let (path, name) = (entry.path(), entry.file_name());
            let shown = path.display();
            if self.find(name.as_encoded_bytes()).is_some() {
                found.push(format!("the name {shown}"));
            }
            if entry.file_type().expect("a file").is_dir() {
                found.extend(self.below(&path, given));
            } else if !given.iter().any(|given| name == *given) {
                let form = self.find(&fs::read(&path).unwrap_or_default());
                found.extend(form.map(|form| format!("{form} in {shown}")));
            }
        }
        found
    }
}

fn percent_encoded(octet: &u8) -> String {
    if octet.is_ascii_alphanumeric() || b"-._~".contains(octet) {
        char::from(*octet).to_string()
    } else {
        format!("%{octet:02X}")
    }
}

/// The base64 of `octets` behind `before`, without the characters at either end that what stands
/// there has a part in.
fn inner_base64(engine: &impl base64::Engine, before: &str, octets: &[u8]) -> Vec<u8> {
    let text = engine.encode([before.as_bytes(), octets].concat());
    let start = (before.len() * 8).div_ceil(6);
    let end = (before.len() + octets.len()) * 8 / 6;
    text.as_bytes()[start..end].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_wherever_it_stands() {
        let password = "pä\"ss w0rd";
        for before in ["", "a", "ab", "abc"] {
            let encoded = STANDARD.encode(format!("{before}{password}tail"));
            assert!(Leaks::of(password).find(encoded.as_bytes()).is_some(), "{encoded}");
        }
        for shown in
            ["x=pä\"ss w0rd.", "p%C3%A4%22ss%20w0rd", "70c3a42273732077307264", "pä\\\"ss w0rd"]
        {
            assert!(Leaks::of(password).find(shown.as_bytes()).is_some(), "{shown}");
        }
        assert_eq!(Leaks::of(password).find(b"pass word"), None);
    }
}
