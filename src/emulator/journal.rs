//! The file that lets rows outlive the process: one change a line.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

/// Where changes are kept; without a file they are kept nowhere.
#[derive(Debug)]
pub(super) struct Journal(Option<File>);

impl Journal {
    /// The journal at `path` and every change that it holds, oldest first; fails where it cannot be read or is not one.
    pub(super) fn open<T: DeserializeOwned>(path: Option<&Path>) -> io::Result<(Self, Vec<T>)> {
        let Some(path) = path else { return Ok((Self(None), Vec::new())) };
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let changes = replay(&mut file)?;
        Ok((Self(Some(file)), changes))
    }

    /// Writes the changes of one call in one piece.
    pub(super) fn write<T: Serialize>(&mut self, changes: &[T]) -> io::Result<()> {
        let Some(file) = &mut self.0 else { return Ok(()) };
        let mut lines = Vec::new();
        for change in changes {
            serde_json::to_writer(&mut lines, change)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)
    }

    /// Forgets every change.
    pub(super) fn clear(&self) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |file| file.set_len(0))
    }
}

/// Reads every whole line; a last line that a crash cut short was never answered, so it is dropped.
fn replay<T: DeserializeOwned>(file: &mut File) -> io::Result<Vec<T>> {
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let lines = text[..whole].split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let changes = lines.map(serde_json::from_slice).collect::<Result<_, _>>()?;
    file.set_len(u64::try_from(whole).map_err(io::Error::other)?)?;
    Ok(changes)
}
