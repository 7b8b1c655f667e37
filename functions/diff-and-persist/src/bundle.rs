//! The bundle: one zip, the same bytes for the same files.

use std::io::{Cursor, Write};

use design::repository::RepositoryFile;
use versions::Bodies;
use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// Media type of a bundle.
pub const ZIP: &str = "application/zip";

/// Zips the files in the order of their paths, below no folder of their own.
///
/// # Errors
/// When a file's content is not among `bodies`, or the archive cannot be written.
pub fn zip(name: &str, files: &[RepositoryFile], bodies: &Bodies) -> Result<Vec<u8>, ZipError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.set_comment(name)?;
    for file in files {
        let mode = if file.executable { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // 1980-01-01: the time of the run would make the same repository another bundle.
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        let content = bodies.get(&file.body.sha256).ok_or(ZipError::FileNotFound)?;
        archive.start_file(&file.path, options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Media type of a generated file, by its name.
pub fn content_type(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "json" => "application/json",
        "md" => "text/markdown; charset=utf-8",
        "py" => "text/x-python; charset=utf-8",
        "toml" => "application/toml",
        "yaml" | "yml" => "application/yaml",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;
    use run::body::{BodyRef, Sha256Hex};
    use zip::ZipArchive;

    use super::*;

    fn file(path: &str, content: &[u8]) -> RepositoryFile {
        RepositoryFile {
            path: path.into(),
            body: BodyRef::of(content),
            executable: path.ends_with(".sh"),
            purpose: "test".into(),
            patterns: Vec::new(),
            written_by: "codegen".into(),
        }
    }

    fn bodies<'a>(contents: impl IntoIterator<Item = &'a Vec<u8>>) -> Bodies {
        contents.into_iter().map(|content| (Sha256Hex::of(content), content.clone())).collect()
    }

    proptest! {
        #[test]
        fn what_goes_in_comes_out(contents in proptest::collection::btree_map("[a-z]{1,8}/[a-z]{1,8}\\.(py|sh|md)", proptest::collection::vec(any::<u8>(), 0..300), 1..8)) {
            let files: Vec<_> = contents.iter().map(|(path, content)| file(path, content)).collect();
            let bodies = bodies(contents.values());
            let bytes = zip("demo", &files, &bodies).unwrap();
            prop_assert_eq!(&bytes, &zip("demo", &files, &bodies).unwrap());
            let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
            prop_assert_eq!(archive.len(), contents.len());
            for (path, content) in &contents {
                let mut entry = archive.by_name(path).unwrap();
                let expected = if path.ends_with(".sh") { 0o755 } else { 0o644 };
                prop_assert_eq!(entry.unix_mode().unwrap() & 0o777, expected);
                let mut read = Vec::new();
                entry.read_to_end(&mut read).unwrap();
                prop_assert_eq!(&read, content);
            }
        }
    }

    #[test]
    fn a_missing_content_is_an_error() {
        assert!(zip("demo", &[file("a.py", b"x")], &Bodies::new()).is_err());
    }
}
