//! Where files are: home, state, configuration, and what a relative path is relative to.

use std::path::{Path, PathBuf};

use directories::{BaseDirs, ProjectDirs};

use super::args::Global;
use super::exit::Exit;
use super::report::Failure;

/// The absolute path that `path` means: a `~` or `~/` at the start stands for the home directory,
/// and what is relative is relative to `base`, or without one to the current directory.
pub(crate) fn resolve(path: &Path, base: Option<&Path>) -> Result<PathBuf, Failure> {
    let path = match path.strip_prefix("~") {
        Ok(rest) => {
            let dirs = BaseDirs::new().ok_or_else(|| no_home(&path.display().to_string()))?;
            dirs.home_dir().join(rest)
        }
        Err(_) => base.map_or_else(|| path.to_owned(), |base| base.join(path)),
    };
    std::path::absolute(&path).map_err(|error| {
        let shown = path.display();
        Failure::new(Exit::CANNOT_CREATE, format!("cannot use the path '{shown}': {error}"))
    })
}

/// A path as people write it.
pub(crate) fn short(path: &Path) -> String {
    let home =
        BaseDirs::new().and_then(|dirs| Some(path.strip_prefix(dirs.home_dir()).ok()?.to_owned()));
    home.map_or_else(
        || path.display().to_string(),
        |rest| Path::new("~").join(rest).display().to_string(),
    )
}

/// The state directory.
pub(crate) fn state_directory(global: &Global) -> Result<PathBuf, Failure> {
    if let Some(directory) = &global.state_dir {
        return resolve(directory, None);
    }
    let found = project()
        .map(|dirs| dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned())
        .or_else(|| from_environment("XDG_STATE_HOME"));
    found.ok_or_else(|| {
        no_home("the state directory")
            .with_hint("set HOME, or name the directory with --state-dir and an absolute path")
    })
}

/// The configuration file that is read where none is named; nothing without a home to look in.
pub(crate) fn config_file() -> Option<PathBuf> {
    let found = project().map(|dirs| dirs.config_dir().to_owned());
    found.or_else(|| from_environment("XDG_CONFIG_HOME")).map(|dir| dir.join("config.toml"))
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "popfetch")
}

/// A directory that the environment gives. The crate looks at it only where there is a home.
fn from_environment(variable: &str) -> Option<PathBuf> {
    let directory = PathBuf::from(std::env::var_os(variable)?);
    directory.is_absolute().then(|| directory.join("popfetch"))
}

fn no_home(what: &str) -> Failure {
    Failure::new(Exit::CONFIG, format!("cannot tell where {what} is: there is no home directory"))
        .with_hint("set HOME, or give absolute paths")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let base = Some(Path::new("/etc/pop"));
        assert_eq!(resolve(Path::new("a/b"), base).unwrap(), Path::new("/etc/pop/a/b"));
        assert_eq!(resolve(Path::new("/a"), base).unwrap(), Path::new("/a"));
        let home = BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(resolve(Path::new("~/a"), base).unwrap(), home.join("a"));
        assert_eq!(resolve(Path::new("~"), None).unwrap(), home);
        assert!(resolve(Path::new("x"), None).unwrap().is_absolute());
    }
}
