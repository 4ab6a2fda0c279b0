//! Reads the schema folder, for build.rs and the command.

use std::path::Path;
use std::{fs, io};

use super::Sources;
use super::document::Text;

impl Sources {
    /// Reads the texts of a schema folder.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        Self::read_with(folder, read(folder, "published.json")?, read(folder, "source.toml")?)
    }

    /// Reads the texts of a schema folder, except the two given ones.
    pub(crate) fn read_with(folder: &Path, published: Text, source: Text) -> io::Result<Self> {
        let mut additions = Vec::new();
        let additions_folder = folder.join("additions");
        for entry in fs::read_dir(&additions_folder).map_err(|error| named(&additions_folder, &error))? {
            let name = entry?.file_name();
            if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
                additions.push(read(&additions_folder, name)?);
            }
        }
        additions.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(Self { published, source, overlay: read(folder, "overlay.toml")?, additions })
    }
}

fn read(folder: &Path, file: impl AsRef<Path>) -> io::Result<Text> {
    let path = folder.join(&file);
    let bytes = fs::read(&path).map_err(|error| named(&path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let problem = format!("byte {offset} isn't UTF-8: save the file as UTF-8");
        named(&path, &io::Error::new(io::ErrorKind::InvalidData, problem))
    })?;
    Ok(Text { name: path.to_string_lossy().replace('\\', "/"), text })
}

/// Prefixes an error with its file.
fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
