//! Sealed secrets, random tokens and their hashes, passwords. All randomness for secrets comes from here.

use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard},
};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Generate, Payload},
};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Version of the sealed format; what a later version writes begins differently.
const FORMAT: &str = "v1";
const NONCE_BYTES: usize = 24;
/// Characters of a key's id: enough to tell keys apart, nothing of the key itself.
const KEY_ID: usize = 8;

/// Seals and opens secrets with the newest of its keys, and opens what older ones sealed.
///
/// The keys are in a file, one a line, newest last, or in the environment. Clones share them; a process that meets a
/// secret sealed with a key that it does not know reads the file again, so that keys can be changed while it runs.
#[derive(Clone)]
pub struct Sealer(Arc<Keyring>);

struct Keyring {
    file: Option<PathBuf>,
    keys: RwLock<Vec<Key>>,
}

#[derive(Clone)]
struct Key {
    id: String,
    text: String,
    cipher: XChaCha20Poly1305,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer([redacted])")
    }
}

impl Key {
    fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).ok()?;
        let id = URL_SAFE_NO_PAD.encode(hash(text)).chars().take(KEY_ID).collect();
        Some(Self { id, text: text.to_owned(), cipher })
    }
}

fn parse_keys(text: &str, whence: &str) -> Result<Vec<Key>> {
    let keys: Option<Vec<Key>> =
        text.split([',', ' ', '\n', '\r']).filter(|part| !part.is_empty()).map(Key::parse).collect();
    keys.filter(|keys| !keys.is_empty()).ok_or_else(|| {
        Error::Conflict(format!("{whence} does not hold a key: 32 bytes in URL-safe base64, one a line"))
    })
}

impl Sealer {
    /// The keys in the file at `path`. The file is made with a new key, readable by its owner alone, when it is not
    /// there.
    ///
    /// # Errors
    /// When the file can be neither read nor made, does not hold a key, or can be read by everybody.
    pub fn from_file(path: &Path) -> Result<Self> {
        if !path.exists() {
            write_keys(path, &random_text())?;
        }
        let keys = RwLock::new(read_keys(path)?);
        Ok(Self(Arc::new(Keyring { file: Some(path.to_owned()), keys })))
    }

    /// The keys in a text, newest last: from the environment.
    ///
    /// # Errors
    /// When it holds no key.
    pub fn from_text(text: &SecretString) -> Result<Self> {
        let keys = RwLock::new(parse_keys(text.expose_secret(), "OPPORTUNE_KEY")?);
        Ok(Self(Arc::new(Keyring { file: None, keys })))
    }

    /// Seals a secret for the row that `bound_to` names: opened for another row, it fails.
    ///
    /// # Errors
    /// When the cipher fails, which it does only for texts of many gigabytes.
    pub fn seal(&self, secret: &SecretString, bound_to: &str) -> Result<String> {
        let key = self.keys().last().cloned().ok_or_else(|| Error::internal("there is no key"))?;
        let nonce = XNonce::generate();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: bound_to.as_bytes() };
        let sealed = key
            .cipher
            .encrypt(&nonce, payload)
            .map_err(|_| Error::internal("a secret could not be sealed"))?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{FORMAT}.{}.{}", key.id, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Sealer::seal`] sealed for the same row.
    ///
    /// # Errors
    /// When it was sealed with a key that is gone, for another row, or was changed since.
    pub fn open(&self, sealed: &str, bound_to: &str) -> Result<SecretString> {
        let wrong = || Error::internal("a sealed secret cannot be opened: was the key file replaced?");
        let (format, rest) = sealed.split_once('.').ok_or_else(wrong)?;
        let (id, text) = rest.split_once('.').filter(|_| format == FORMAT).ok_or_else(wrong)?;
        let key = self.key(id)?.ok_or_else(wrong)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let (nonce, msg) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(wrong)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| wrong())?;
        let plain =
            key.cipher.decrypt(&nonce, Payload { msg, aad: bound_to.as_bytes() }).map_err(|_| wrong())?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| wrong())
    }

    /// Adds a new key, which seals from now on; the older ones still open.
    ///
    /// # Errors
    /// When the keys are not in a file, or it cannot be written.
    pub fn add_key(&self) -> Result<()> {
        self.rewrite(|keys| keys.push(random_text()))
    }

    /// Forgets all keys but the newest: what they sealed must have been sealed anew.
    ///
    /// # Errors
    /// When the keys are not in a file, or it cannot be written.
    pub fn forget_old_keys(&self) -> Result<()> {
        self.rewrite(|keys| drop(keys.drain(..keys.len() - 1)))
    }

    fn rewrite(&self, change: impl FnOnce(&mut Vec<String>)) -> Result<()> {
        let in_environment = "The keys are in OPPORTUNE_KEY. Put a new one behind the old one there, restart every process, then \
             run this again; or keep them in a file: --key-file FILE.";
        let path = self.0.file.as_ref().ok_or_else(|| Error::Conflict(in_environment.to_owned()))?;
        let mut texts: Vec<String> = read_keys(path)?.into_iter().map(|key| key.text).collect();
        change(&mut texts);
        write_keys(path, &texts.join("\n"))?;
        self.reload(path)
    }

    /// Whether a sealed text was sealed with the newest key.
    pub fn is_current(&self, sealed: &str) -> bool {
        self.keys().last().is_some_and(|key| sealed.starts_with(&format!("{FORMAT}.{}.", key.id)))
    }

    fn key(&self, id: &str) -> Result<Option<Key>> {
        let found = self.known(id);
        match &self.0.file {
            Some(path) if found.is_none() => {
                self.reload(path)?;
                Ok(self.known(id))
            }
            _ => Ok(found),
        }
    }

    fn known(&self, id: &str) -> Option<Key> {
        self.keys().iter().find(|key| key.id == id).cloned()
    }

    fn keys(&self) -> RwLockReadGuard<'_, Vec<Key>> {
        self.0.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn reload(&self, path: &Path) -> Result<()> {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = read_keys(path)?;
        Ok(())
    }
}

fn read_keys(path: &Path) -> Result<Vec<Key>> {
    refuse_public(path)?;
    let text = fs::read_to_string(path).map_err(Error::internal)?;
    parse_keys(&text, &path.display().to_string())
}

#[cfg(unix)]
fn refuse_public(path: &Path) -> Result<()> {
    let mode = fs::metadata(path).map(|meta| std::os::unix::fs::PermissionsExt::mode(&meta.permissions()));
    if mode.map_err(Error::internal)? & 0o004 == 0 {
        return Ok(());
    }
    Err(Error::Conflict(format!(
        "Everybody on this machine can read the keys in {0}. Run: chmod o-r {0}",
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_public(_: &Path) -> Result<()> {
    Ok(())
}

/// Written beside the old file and moved over it, so that nobody ever reads half of it.
fn write_keys(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.and_then(|()| fs::rename(&beside, path)).map_err(Error::internal)
}

/// 32 random bytes as URL-safe text: a token, a key, a form id.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// A short reference that a visitor can name and the log can be searched for.
pub fn reference() -> String {
    let mut text: String = random_text().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    text.make_ascii_uppercase();
    text
}

/// The hash under which a token or a document is kept.
pub fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// A password's hash: Argon2id with 19 MiB, 2 passes, 1 lane (OWASP's smallest), as a PHC string. Slow on purpose:
/// call it where blocking is allowed.
///
/// # Errors
/// When the machine has no randomness or no memory for it.
pub fn hash_password(password: &SecretString) -> Result<String> {
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
    hash.map(|hash| hash.to_string()).map_err(Error::internal)
}

/// Whether the password is the one that was hashed. As slow as [`hash_password`], also when `hash` is none: a visitor
/// must not learn from the time it takes whether an account exists.
pub fn verify_password(password: &SecretString, hash: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHR0aGF0aXNsb25n$mVXVUOVwXN9EEbMwKQ3n9UcVxAG4Xk7m4c7HrTTdKVY";
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let verify = |parsed: PasswordHash| {
        let verified: std::result::Result<(), _> =
            Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed);
        verified.is_ok()
    };
    parsed.is_ok_and(verify) && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(dir: &Path) -> Sealer {
        Sealer::from_file(&dir.join("key")).unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_own_row_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sealed = sealer(dir.path()).seal(&"hunter2 and more".into(), "tenant 1").unwrap();
        assert!(!sealed.contains("hunter2"));
        let again = sealer(dir.path());
        assert_eq!(again.open(&sealed, "tenant 1").unwrap().expose_secret(), "hunter2 and more");
        assert!(again.open(&sealed, "tenant 2").is_err());
        let mut flipped = sealed.clone().into_bytes();
        flipped[20] = if flipped[20] == b'A' { b'B' } else { b'A' };
        assert!(again.open(&String::from_utf8(flipped).unwrap(), "tenant 1").is_err());
        let other = tempfile::tempdir().unwrap();
        assert!(sealer(other.path()).open(&sealed, "tenant 1").is_err());
    }

    #[test]
    fn keys_change_while_other_processes_run() {
        let dir = tempfile::tempdir().unwrap();
        let (one, other) = (sealer(dir.path()), sealer(dir.path()));
        let old = one.seal(&"old secret".into(), "row").unwrap();
        one.add_key().unwrap();
        let new = one.seal(&"new secret".into(), "row").unwrap();
        assert!(one.is_current(&new) && !one.is_current(&old));
        assert_eq!(other.open(&new, "row").unwrap().expose_secret(), "new secret");
        assert_eq!(other.open(&old, "row").unwrap().expose_secret(), "old secret");
        one.forget_old_keys().unwrap();
        assert!(one.open(&old, "row").is_err());
        assert_eq!(one.open(&new, "row").unwrap().expose_secret(), "new secret");
    }

    #[test]
    fn keys_come_from_the_environment_too() {
        let both = format!("{} {}", random_text(), random_text());
        let keys = Sealer::from_text(&both.into()).unwrap();
        let sealed = keys.seal(&"secret".into(), "row").unwrap();
        assert_eq!(keys.open(&sealed, "row").unwrap().expose_secret(), "secret");
        assert!(keys.add_key().is_err());
        assert!(Sealer::from_text(&"short".into()).is_err());
    }

    #[test]
    fn a_key_file_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        sealer(dir.path());
        let mode = fs::metadata(dir.path().join("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(dir.path().join("key"), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Sealer::from_file(&dir.path().join("key")).unwrap_err().to_string().contains("chmod"));
        fs::set_permissions(dir.path().join("key"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(dir.path().join("key"), "not a key").unwrap();
        assert!(Sealer::from_file(&dir.path().join("key")).is_err());
    }

    #[test]
    fn only_the_right_password_of_a_known_account_passes() {
        let hash = hash_password(&"a sentence is fine".into()).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify_password(&"a sentence is fine".into(), Some(&hash)));
        assert!(!verify_password(&"a sentence is fin".into(), Some(&hash)));
        assert!(!verify_password(&"a sentence is fine".into(), None));
    }
}
