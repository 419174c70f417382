//! A text that is either chosen as a file or pasted: the fields `file` and `text` of a multipart form.

use axum::extract::{FromRequest, Multipart, Request, multipart::MultipartError};

use super::{WebState, error::PageError};
use crate::error::Error;

/// What was sent; the file counts where there are both.
#[derive(Debug, PartialEq, Eq)]
pub struct Upload(Vec<u8>);

impl Upload {
    /// As it was sent.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a text; `None` where it is none in UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl FromRequest<WebState> for Upload {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, PageError> {
        let unreadable = |_| {
            let sentence = "The form could not be read. Open the page again and send it from there.";
            Error::BadRequest(sentence.to_owned())
        };
        let parts = Multipart::from_request(request, state).await.map_err(unreadable)?;
        let (file, text) = read(parts).await.map_err(cut_off)?;
        Ok(Self(if file.is_empty() { text } else { file }))
    }
}

/// The file and the pasted text; fields of other names are left alone.
async fn read(mut parts: Multipart) -> Result<(Vec<u8>, Vec<u8>), MultipartError> {
    let (mut file, mut text) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        match part.name() {
            Some("file") => file = part.bytes().await?.to_vec(),
            Some("text") => text = part.bytes().await?.to_vec(),
            _ => {}
        }
    }
    Ok((file, text))
}

#[expect(clippy::needless_pass_by_value, reason = "it is the error's only use")]
fn cut_off(error: MultipartError) -> Error {
    tracing::debug!(%error, "an upload ended early");
    Error::BadRequest("The file could not be read to its end, or it is longer than 1 MiB.".to_owned())
}
