//! Sealed secrets, random tokens and their hashes, passwords. All randomness for secrets comes from here.

use std::{fmt, fs, io, io::Write, path::Path};

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

/// Seals and opens secrets with one 32-byte key.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer([redacted])")
    }
}

impl Sealer {
    /// The key in the file at `path`: 32 bytes, base64 without padding. The file is made with a new key, readable by
    /// its owner alone, when it is not there.
    ///
    /// # Errors
    /// When the file can be neither read nor made, or does not hold a key.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => make_key_file(path)?,
            Err(error) => return Err(Error::internal(error)),
        };
        let wrong = || {
            Error::Conflict(format!("{} does not hold a key: 32 bytes in URL-safe base64", path.display()))
        };
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| wrong())?;
        XChaCha20Poly1305::new_from_slice(&bytes).map(Self).map_err(|_| wrong())
    }

    /// Seals a secret for the row that `bound_to` names: opened for another row, it fails.
    ///
    /// # Errors
    /// When the cipher fails, which it does only for texts of many gigabytes.
    pub fn seal(&self, secret: &SecretString, bound_to: &str) -> Result<String> {
        let nonce = XNonce::generate();
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: bound_to.as_bytes() };
        let sealed =
            self.0.encrypt(&nonce, payload).map_err(|_| Error::internal("a secret could not be sealed"))?;
        let bytes = [nonce.as_slice(), &sealed].concat();
        Ok(format!("{FORMAT}.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens what [`Sealer::seal`] sealed for the same row.
    ///
    /// # Errors
    /// When it was sealed with another key, for another row, or was changed since.
    pub fn open(&self, sealed: &str, bound_to: &str) -> Result<SecretString> {
        let wrong = || Error::internal("a sealed secret cannot be opened: was the key file replaced?");
        let text = sealed.strip_prefix(FORMAT).and_then(|rest| rest.strip_prefix('.')).ok_or_else(wrong)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let (nonce, msg) = bytes.split_at_checked(NONCE_BYTES).ok_or_else(wrong)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| wrong())?;
        let plain = self.0.decrypt(&nonce, Payload { msg, aad: bound_to.as_bytes() }).map_err(|_| wrong())?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| wrong())
    }
}

fn make_key_file(path: &Path) -> Result<String> {
    let text = random_text();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(Error::internal)?;
    Ok(text)
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

/// A number from -100 to 100, for spreading tries in time.
pub fn spread() -> i64 {
    i64::from(rand::random::<u8>() % 201) - 100
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
    fn a_key_file_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        sealer(dir.path());
        let mode = fs::metadata(dir.path().join("key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
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
