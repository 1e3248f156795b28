//! The files of other programs: where they are, and what is in them.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use popfetch::import::Program;

use super::super::exit::Exit;
use super::super::paths::resolve;
use super::super::report::Failure;

/// The largest file of UIDs that is read, in octets: millions of them. Larger is a wrong file.
const MAX: u64 = 256 * 1024 * 1024;

/// The configurations to read: `named`, or what the program would read itself. At least one.
pub(super) fn configurations(
    program: Program,
    named: Option<&Path>,
) -> Result<Vec<PathBuf>, Failure> {
    let path = match named {
        Some(named) => resolve(named, None)?,
        None => usual(program)?,
    };
    if program == Program::Getmail && path.is_dir() { of_getmail(&path) } else { Ok(vec![path]) }
}

/// Where a program looks for its configuration: the first place where there is something.
fn usual(program: Program) -> Result<PathBuf, Failure> {
    let home = |path: &str| resolve(Path::new(path), None);
    let config = BaseDirs::new().map(|dirs| dirs.config_dir().to_owned()).unwrap_or_default();
    let places = match program {
        Program::Mpop => vec![home("~/.mpoprc")?, config.join("mpop/config")],
        Program::Fetchmail => vec![home("~/.fetchmailrc")?],
        Program::Getmail => vec![config.join("getmail"), home("~/.getmail")?],
        Program::Fdm => vec![home("~/.fdm.conf")?, "/etc/fdm.conf".into()],
    };
    let found = places.iter().find(|path| path.exists()).cloned();
    found.ok_or_else(|| {
        let places: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
        let (name, places) = (program.name(), places.join(" or "));
        Failure::new(Exit::CONFIG, format!("there is no configuration of {name} at {places}"))
            .with_hint(format!("name it: popfetch import {name} FILE"))
    })
}

/// What getmail reads of its directory: `getmailrc`, or without it all that is not its state.
fn of_getmail(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let refuse = |message: String| Failure::new(Exit::CONFIG, message);
    let failed = |error: io::Error| refuse(format!("cannot read {}: {error}", directory.display()));
    let entries = fs::read_dir(directory).map_err(failed)?;
    let entries: io::Result<Vec<PathBuf>> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let is_configuration = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let other = name.starts_with(['.']) || name.starts_with("oldmail-");
        !other && !name.ends_with(".json") && path.is_file()
    };
    let mut files: Vec<PathBuf> = entries.map_err(failed)?;
    files.retain(is_configuration);
    files.sort();
    if let Some(main) = files.iter().find(|path| path.ends_with("getmailrc")) {
        // More of them are read only where each is named.
        let named = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("getmailrc-") || name.starts_with("getmailrc.")
        };
        let main = main.clone();
        let more: Vec<PathBuf> = files.iter().filter(named).cloned().collect();
        files = std::iter::once(main).chain(more).collect();
    }
    if files.is_empty() {
        return Err(refuse(format!("there is no configuration in {}", directory.display())));
    }
    Ok(files)
}

/// A path as another program has it: what is relative there is so to the directory that the program
/// is run in, which is home in most cases.
pub(super) fn at_home(path: &str) -> String {
    if path.starts_with(['/', '~']) { path.to_owned() } else { format!("~/{path}") }
}

/// The content of a file with UIDs; nothing where there is none.
pub(super) fn seen(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let refuse = |message: String| Failure::new(Exit::CONFIG, message);
    let failed = |error: io::Error| refuse(format!("cannot read {}: {error}", path.display()));
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata.map_err(failed)?,
    };
    // To open a FIFO would wait for its writer.
    if !metadata.is_file() {
        return Err(refuse(format!("{} is not a regular file", path.display())));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(MAX + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX {
        return Err(refuse(format!("{} is too large to hold UIDs", path.display())));
    }
    Ok(Some(bytes))
}
