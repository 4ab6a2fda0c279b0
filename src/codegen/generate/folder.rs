//! The folder `schema/`: the only part of the generator that touches the file system.
//!
//! Place in the flow: before [`generate`](super::generate), which takes the texts and asks for no
//! paths. build.rs and the command read the folder in the same way.

use std::path::Path;
use std::{fs, io};

use super::Sources;
use super::document::Text;

impl Sources {
    /// Reads the texts of a schema folder.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let mut additions = Vec::new();
        let additions_folder = folder.join("additions");
        for entry in fs::read_dir(&additions_folder).map_err(|error| named(&additions_folder, &error))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                additions.push(read(&path)?);
            }
        }
        additions.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self {
            published: read(&folder.join("published.json"))?,
            source: read(&folder.join("source.toml"))?,
            overlay: read(&folder.join("overlay.toml"))?,
            additions,
        })
    }
}

fn read(path: &Path) -> io::Result<Text> {
    let bytes = fs::read(path).map_err(|error| named(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let problem = format!("byte {offset} is not UTF-8: save the file as UTF-8");
        named(path, &io::Error::new(io::ErrorKind::InvalidData, problem))
    })?;
    Ok(Text { name: path.to_string_lossy().replace('\\', "/"), text })
}

/// An error that says which file it is about.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
