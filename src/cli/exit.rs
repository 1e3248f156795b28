//! Exit statuses (sysexits.h, and the shell's for signals).

use std::process::ExitCode;

use popfetch::jobs::Class;

/// An exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exit(pub(crate) u8);

impl Exit {
    pub(crate) const OK: Self = Self(0);
    /// With `--exit-code`: nothing listed, nothing new.
    pub(crate) const NOTHING: Self = Self(1);
    pub(crate) const USAGE: Self = Self(64);
    pub(crate) const DATA: Self = Self(65);
    pub(crate) const BUG: Self = Self(70);
    pub(crate) const CANNOT_CREATE: Self = Self(73);
    pub(crate) const IO: Self = Self(74);
    pub(crate) const TEMPORARY: Self = Self(75);
    pub(crate) const NO_PERMISSION: Self = Self(77);
    pub(crate) const CONFIG: Self = Self(78);

    /// The status of an error; `signal` is the one that interrupted, if one did.
    pub(crate) fn of(class: Class, signal: Option<usize>) -> Self {
        match class {
            Class::Usage => Self::USAGE,
            Class::Data => Self::DATA,
            Class::NoHost => Self(68),
            Class::Unavailable => Self(69),
            Class::CannotCreate => Self::CANNOT_CREATE,
            Class::Io => Self::IO,
            Class::Temporary => Self::TEMPORARY,
            Class::Protocol => Self(76),
            Class::NoPermission => Self::NO_PERMISSION,
            Class::Config => Self::CONFIG,
            // 128 + the signal, as a shell would say.
            Class::Interrupted => {
                Self(signal.and_then(|n| u8::try_from(n).ok()).map_or(130, |n| 128 | n))
            }
        }
    }

    /// Whether the user asked to stop.
    pub(crate) fn is_signal(self) -> bool {
        self.0 > 128
    }

    /// The status of several accounts, in their order: an interruption counts most, then the
    /// first failure that is not temporary.
    pub(crate) fn merge(all: impl IntoIterator<Item = Self>) -> Self {
        let rank = |exit: Self| match exit {
            Self::OK => 0,
            Self::TEMPORARY => 1,
            exit if exit.is_signal() => 3,
            _ => 2,
        };
        let worse = |worst, exit| if rank(exit) > rank(worst) { exit } else { worst };
        all.into_iter().fold(Self::OK, worse)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_status_for_several_accounts() {
        let merge = |all: &[u8]| Exit::merge(all.iter().map(|&n| Exit(n))).0;
        assert_eq!(merge(&[]), 0);
        assert_eq!(merge(&[0, 75, 0]), 75);
        assert_eq!(merge(&[75, 77, 69, 0]), 77);
        assert_eq!(merge(&[77, 143]), 143);
    }

    #[test]
    fn signals_have_their_own() {
        assert_eq!(Exit::of(Class::Interrupted, Some(2)), Exit(130));
        assert_eq!(Exit::of(Class::Interrupted, Some(15)), Exit(143));
    }
}
