//! Keeping secrets out of what the server says.

use crate::model::Redactor;
use crate::proto::{Error, Status};

/// The status of a line that says `text`, without the secrets. What its response code is the text
/// as it came decides.
pub(super) fn status(redactor: &Redactor, ok: bool, text: &[u8]) -> Status {
    let status = Status::new(ok, text);
    match redactor.redact(text) {
        None => status,
        Some(redacted) => Status { code: status.code, ..Status::new(ok, &redacted) },
    }
}

/// Takes the secrets out of what an error quotes.
pub(super) fn error(redactor: &Redactor, error: Error) -> Error {
    error.map_quoted(|quoted| redactor.redact_lines(quoted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;
    use crate::proto::ResponseCode;

    fn redacted(secrets: &[&str], text: &str) -> String {
        let mut redactor = Redactor::default();
        for secret in secrets {
            redactor.hide(&Secret::new(secret.as_bytes().to_vec()));
        }
        status(&redactor, false, text.as_bytes()).text.as_str().to_owned()
    }

    #[test]
    fn a_server_that_echoes_the_password_does_not_show_it() {
        let hidden = redacted(&["hunter2"], "[AUTH] bad: PASS hunter2, hunter2");
        assert_eq!(hidden, "[AUTH] bad: PASS (hidden), (hidden)");
        assert_eq!(redacted(&["hunter2"], "fine"), "fine");
        // A secret that is part of what replaces it, and one that is part of another.
        assert_eq!(redacted(&["hidden"], "PASS hidden"), "PASS (hidden)");
        assert_eq!(redacted(&["hunt", "hunter2"], "x hunter2 hunt"), "x (hidden) (hidden)");
        // Cut off in the middle.
        assert_eq!(redacted(&["hunter2"], "PASS hunte"), "PASS (hidden)");
        assert_eq!(redacted(&["hunter2"], "PASS hun"), "PASS hun");
        // A short one, as a word.
        assert_eq!(redacted(&["ab"], "PASS ab, about"), "PASS (hidden), about");
    }

    #[test]
    fn an_echo_in_several_lines_does_not_show_it_either() {
        let mut redactor = Redactor::default();
        redactor.hide(&Secret::new(b"correct horse".to_vec()));
        let shown = |text: &str| error(&redactor, Error::unsolicited(text.as_bytes())).to_string();
        let around = |text| format!("the server sent data that nobody asked for: '{text}'");
        assert_eq!(shown("ct horse\r\n"), around("(hidden)\\r\\n"));
        assert_eq!(shown("PASS corre\r\nct horse!\n"), around("PASS (hidden)\\r\\n(hidden)!\\n"));
        assert_eq!(shown("correct horse"), around("(hidden)"));
        assert_eq!(shown("horses\r\n"), around("(hidden)s\\r\\n"));
        assert_eq!(shown("rse, hors\r\n"), around("rse, hors\\r\\n"));
    }

    #[test]
    fn a_password_does_not_change_what_a_refusal_means() {
        let mut redactor = Redactor::default();
        redactor.hide(&Secret::new(b"IN-USE".to_vec()));
        let status = status(&redactor, false, b"[IN-USE] busy");
        assert_eq!(status.code, Some(ResponseCode::InUse));
        assert_eq!(status.text.as_str(), "[(hidden)] busy");
    }
}
