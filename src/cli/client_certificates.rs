//! Client certificates, from files; the network layer touches none.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use popfetch::model::Secret;
use popfetch::net::{ClientCertificate, Unusable};
use zeroize::Zeroizing;

use super::args::ConnectionArgs;
use super::config::{Set, Values};
use super::exit::Exit;
use super::paths::resolve;
use super::report::Failure;
use super::secret_line::take_line;
use super::secrets::{PASSWORD_FILE, open_private};

/// The largest file that is read, in octets. Larger is a wrong file.
const MAX: u64 = 1024 * 1024;

/// The files of one client certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Files {
    certificate: PathBuf,
    key: Option<PathBuf>,
    password: Option<PathBuf>,
}

/// What was read. A thousand accounts that share a certificate share its content.
#[derive(Debug, Default)]
pub(crate) struct ClientCertificates(HashMap<Files, ClientCertificate>);

impl ClientCertificates {
    /// The certificate that is typed or configured, if one is. A flag that names one means all of
    /// it: the configured key is another one's.
    pub(crate) fn read(
        &mut self,
        args: &ConnectionArgs,
        values: &Values,
    ) -> Result<Option<ClientCertificate>, Failure> {
        let configured = |set: &Option<Set<PathBuf>>| set.as_ref().map(|set| set.value.clone());
        let typed =
            |path: &Option<PathBuf>| path.as_deref().map(|path| resolve(path, None)).transpose();
        let typed_certificate = typed(&args.client_cert)?;
        let key = match (typed(&args.client_key)?, &typed_certificate) {
            (None, None) => configured(&values.client_key),
            (key, _) => key,
        };
        let Some(certificate) = typed_certificate.or(configured(&values.client_cert)) else {
            return match key {
                None => Ok(None),
                Some(_) => Err(refuse("there is a client key, and no client certificate")),
            };
        };
        let password = configured(&values.client_cert_password_file);
        let files = Files { certificate, key, password };
        if let Some(read) = self.0.get(&files) {
            return Ok(Some(read.clone()));
        }
        let password = values.client_cert_password.as_ref().map(|set| set.value.clone());
        let read = read(&files, password.unwrap_or_default())?;
        // A password that is not a file's may be another one each time.
        if values.client_cert_password.is_none() {
            self.0.insert(files, read.clone());
        }
        Ok(Some(read))
    }
}

fn read(files: &Files, mut password: Secret) -> Result<ClientCertificate, Failure> {
    let Files { certificate, key, password: password_file } = files;
    if let Some(path) = password_file {
        let file = open_private(path, PASSWORD_FILE)?;
        let line = take_line(file).ok().flatten();
        password = line.ok_or_else(|| refuse(&format!("cannot read {}", path.display())))?;
    }
    // A certificate alone is no secret; what holds a key is.
    let what = if key.is_some() { None } else { Some("client certificate") };
    let content = contents(certificate, what)?;
    let key = key.as_deref().map(|path| contents(path, Some("client key"))).transpose()?;
    let made = ClientCertificate::new(&content, key.as_deref().map(Vec::as_slice), &password);
    made.map_err(|unusable: Unusable| {
        let message =
            format!("cannot use the client certificate {}: {unusable}", certificate.display());
        match unusable.hint() {
            Some(hint) => refuse(&message).with_hint(hint),
            None => refuse(&message),
        }
    })
}

/// What stands in a file that is private, if it is said to be `secret`.
fn contents(path: &Path, secret: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| refuse(&format!("cannot read {shown}: {error}"));
    let file = match secret {
        Some(what) => open_private(path, what)?,
        None => std::fs::File::open(path).map_err(failed)?,
    };
    let mut content = Zeroizing::new(Vec::with_capacity(16 * 1024));
    file.take(MAX + 1).read_to_end(&mut content).map_err(failed)?;
    if content.len() as u64 > MAX {
        return Err(refuse(&format!("{shown} is too large for a certificate")));
    }
    Ok(content)
}

fn refuse(message: &str) -> Failure {
    Failure::new(Exit::CONFIG, message)
}
