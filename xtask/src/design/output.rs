//! The folder with the result. What is in it and was not written here, or was changed since, is never replaced unasked:
//! a list of what was written, with hashes, is kept beside it.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Cursor},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use run::body::Sha256Hex;
use serde::{Deserialize, Serialize};

use super::refuse;

/// The folder with the unpacked repository.
const REPOSITORY: &str = "repo";
/// The file with everything that the API knows.
const DECISION_SET: &str = "decision-set.json";
/// The file with the events.
const EVENTS: &str = "events.jsonl";
/// The list of what was written.
const MANIFEST: &str = ".mlops-out.json";
/// Where a repository is unpacked before it takes the place of the earlier one.
const PARTIAL: &str = ".mlops-out.partial";
/// Folders that tools make in a repository and can make again.
const CACHES: [&str; 4] = ["__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"];
/// How many files a refusal names.
const NAMED: usize = 5;

/// What was written: the SHA-256 of each file by its path in the folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    /// The files.
    files: BTreeMap<String, Sha256Hex>,
}

/// The folder with the result.
#[derive(Debug)]
pub struct Output {
    /// The folder.
    folder: PathBuf,
    /// Replace whatever is there.
    force: bool,
}

impl Output {
    /// Takes a folder for a result, before there is one: makes it, and looks whether anything in it would be lost.
    ///
    /// # Errors
    /// [`super::BadInput`] when it cannot be written to, or holds what would be lost.
    pub fn claim(folder: &Path, force: bool) -> Result<Self> {
        let name = folder.display();
        if folder.exists() && !folder.is_dir() {
            return refuse(format!("--out {name} is a file, and a folder is needed: choose another --out"));
        }
        let output = Self { folder: folder.to_owned(), force };
        let partial = folder.join(PARTIAL);
        // The folder that is needed later, made and removed, shows that this one can be written to.
        let tried = fs::create_dir_all(folder)
            .and_then(|()| remove(&partial))
            .and_then(|()| fs::create_dir(&partial))
            .and_then(|()| fs::remove_dir(&partial));
        if let Err(error) = tried {
            return refuse(format!("--out {name} cannot be written to ({error}): choose another --out"));
        }
        match output.would_be_lost() {
            Ok(None) => Ok(output),
            Ok(Some(lost)) => {
                refuse(format!("{lost}. Choose another --out, move them away, or say --force to replace them"))
            }
            Err(error) => refuse(format!("--out {name} cannot be read ({error}): choose another --out")),
        }
    }

    /// Writes what is known of a run; answers with the paths of the decision set and of the events.
    ///
    /// # Errors
    /// When something came into the folder since it was claimed, or it cannot be written to.
    pub fn write(&self, decision_set: &str, events: &str) -> Result<(PathBuf, PathBuf)> {
        self.check_again()?;
        let mut manifest = self.manifest();
        let mut write = |name: &str, text: &str| -> Result<PathBuf> {
            let path = self.folder.join(name);
            remove(&path)
                .and_then(|()| fs::write(&path, text))
                .with_context(|| format!("{} cannot be written", path.display()))?;
            manifest.files.insert(name.to_owned(), Sha256Hex::of(text.as_bytes()));
            Ok(path)
        };
        let written = (write(DECISION_SET, decision_set)?, write(EVENTS, events)?);
        self.keep(&manifest)?;
        Ok(written)
    }

    /// Unpacks the repository from its ZIP archive in the place of the earlier one; answers with its folder.
    ///
    /// # Errors
    /// When something came into the folder since it was claimed, the archive is broken, or nothing can be written.
    pub fn unpack(&self, archive: &[u8]) -> Result<PathBuf> {
        self.check_again()?;
        let partial = self.folder.join(PARTIAL);
        remove(&partial).with_context(|| format!("{} cannot be replaced", partial.display()))?;
        zip::ZipArchive::new(Cursor::new(archive))?.extract(&partial)?;
        let folder = self.folder.join(REPOSITORY);
        remove(&folder)
            .and_then(|()| fs::rename(&partial, &folder))
            .with_context(|| format!("{} cannot be replaced", folder.display()))?;
        let mut manifest = self.manifest();
        manifest.files.retain(|path, _| !path.starts_with(&format!("{REPOSITORY}/")));
        for (path, hash) in self.files(&folder)? {
            if let Some(hash) = hash {
                manifest.files.insert(path, hash);
            }
        }
        self.keep(&manifest)?;
        Ok(folder)
    }

    /// Looks once more, since a run takes a while.
    fn check_again(&self) -> Result<()> {
        match self.would_be_lost()? {
            None => Ok(()),
            Some(lost) => bail!(
                "{lost}; they came or changed during the run, so nothing was replaced. The platform keeps the design; \
                 its page has the repository for download"
            ),
        }
    }

    /// What would be lost if the result was written now, in words; none when nothing, or when that is wanted.
    fn would_be_lost(&self) -> io::Result<Option<String>> {
        if self.force {
            return Ok(None);
        }
        let known = self.manifest().files;
        let mut lost = Vec::new();
        for name in [REPOSITORY, DECISION_SET, EVENTS] {
            let files = self.files(&self.folder.join(name))?;
            // No hash means that it is no plain file: we write none such.
            lost.extend(files.into_iter().filter(|(path, hash)| hash.is_none() || known.get(path) != hash.as_ref()));
        }
        if lost.is_empty() {
            return Ok(None);
        }
        let mut named: Vec<&str> = lost.iter().take(NAMED).map(|(path, _)| path.as_str()).collect();
        if lost.len() > NAMED {
            named.push("…");
        }
        Ok(Some(format!(
            "--out {}: not written by an earlier run, or changed since, and would be lost: {}",
            self.folder.display(),
            named.join(", ")
        )))
    }

    /// Everything at a path, by its path in the output folder, with the hash of what is a plain file.
    fn files(&self, path: &Path) -> io::Result<Vec<(String, Option<Sha256Hex>)>> {
        let kind = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let name = path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned();
        if kind.is_file() {
            return Ok(vec![(name, Some(Sha256Hex::of(&fs::read(path)?)))]);
        }
        if !kind.is_dir() {
            return Ok(vec![(name, None)]);
        }
        let mut found = Vec::new();
        let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if !CACHES.iter().any(|cache| entry.file_name() == *cache) {
                found.extend(self.files(&entry.path())?);
            }
        }
        Ok(found)
    }

    /// What earlier runs wrote; nothing when that cannot be told.
    fn manifest(&self) -> Manifest {
        let text = fs::read_to_string(self.folder.join(MANIFEST)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Keeps the list of what was written.
    fn keep(&self, manifest: &Manifest) -> Result<()> {
        let path = self.folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(manifest)? + "\n";
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Removes a file, a link or a whole folder, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::design::BadInput;

    /// An archive with these files.
    fn archive(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    /// A whole result: one repository with two files.
    fn result(folder: &Path, force: bool) -> Result<PathBuf> {
        let output = Output::claim(folder, force)?;
        output.write("{}\n", "{}\n")?;
        output.unpack(&archive(&[("README.md", "one"), ("app/main.py", "two")]))
    }

    /// The words of a refusal of what was given.
    fn refusal(result: Result<impl std::fmt::Debug>) -> String {
        let error = result.unwrap_err();
        assert!(error.is::<BadInput>(), "{error:#}");
        error.to_string()
    }

    #[test]
    fn an_earlier_result_is_replaced() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("deep/out");
        let repository = result(&folder, false).unwrap();
        fs::create_dir_all(repository.join("app/__pycache__")).unwrap();
        fs::write(repository.join("app/__pycache__/main.pyc"), "cache").unwrap();
        let output = Output::claim(&folder, false).unwrap();
        output.unpack(&archive(&[("other.py", "three")])).unwrap();
        assert!(repository.join("other.py").exists() && !repository.join("app").exists());
        assert!(!folder.join(PARTIAL).exists());
        Output::claim(&folder, false).unwrap();
    }

    #[test]
    fn what_a_person_wrote_is_not_lost() {
        let out = tempfile::tempdir().unwrap();
        let repository = result(out.path(), false).unwrap();
        let check = |path: &str| {
            let message = refusal(Output::claim(out.path(), false));
            assert!(message.contains(path) && message.contains("--force"), "{message}");
        };
        fs::write(repository.join("notes.txt"), "mine").unwrap();
        check("repo/notes.txt");
        fs::remove_file(repository.join("notes.txt")).unwrap();
        Output::claim(out.path(), false).unwrap();
        fs::write(repository.join("app/main.py"), "changed").unwrap();
        check("repo/app/main.py");
        result(out.path(), true).unwrap();
        assert_eq!(fs::read_to_string(repository.join("app/main.py")).unwrap(), "two");
        fs::write(out.path().join(DECISION_SET), "mine").unwrap();
        check(DECISION_SET);
    }

    #[test]
    fn a_folder_that_no_run_wrote_is_not_replaced() {
        let out = tempfile::tempdir().unwrap();
        let mine = out.path().join("mine");
        fs::create_dir(&mine).unwrap();
        fs::write(mine.join("file"), "mine").unwrap();
        std::os::unix::fs::symlink(&mine, out.path().join(REPOSITORY)).unwrap();
        assert!(refusal(Output::claim(out.path(), false)).contains("would be lost: repo."));
        // Even by force, what a link leads to stays.
        result(out.path(), true).unwrap();
        assert!(mine.join("file").exists());
    }

    #[test]
    fn a_file_that_comes_during_the_run_stays() {
        let out = tempfile::tempdir().unwrap();
        let output = Output::claim(out.path(), false).unwrap();
        fs::create_dir(out.path().join(REPOSITORY)).unwrap();
        fs::write(out.path().join("repo/notes.txt"), "mine").unwrap();
        let error = output.unpack(&archive(&[("README.md", "one")])).unwrap_err();
        assert!(!error.is::<BadInput>() && error.to_string().contains("repo/notes.txt"), "{error:#}");
        assert!(out.path().join("repo/notes.txt").exists());
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_refused_at_once() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(refusal(Output::claim(&file, true)).contains("is a file"));
        assert!(refusal(Output::claim(&file.join("below"), true)).contains("cannot be written to"));
    }

    #[test]
    fn a_broken_archive_leaves_the_earlier_repository() {
        let out = tempfile::tempdir().unwrap();
        let repository = result(out.path(), false).unwrap();
        Output::claim(out.path(), false).unwrap().unpack(b"no archive").unwrap_err();
        assert!(repository.join("README.md").exists());
    }
}
