//! Reading files of cases, with errors that name the case and the field.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A file of cases that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadCases {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no JSON array of cases.
    #[error("{path}: {problem}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong, and where.
        problem: String,
    },
    /// The model cannot be asked, or the cases cannot be thought through with it.
    #[error("--model: {problem}")]
    Model {
        /// Why.
        problem: String,
    },
    /// A field of a case cannot be used.
    #[error("{path}: case `{case}`, field `{field}`: {problem}")]
    Field {
        /// The file.
        path: String,
        /// The case's name, or its number where it has none.
        case: String,
        /// The field, with its path inside the case.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl BadCases {
    /// A field of a case that cannot be used.
    pub fn field(path: &Path, case: &str, field: &str, problem: impl Into<String>) -> Self {
        Self::Field {
            path: path.display().to_string(),
            case: case.to_owned(),
            field: field.to_owned(),
            problem: problem.into(),
        }
    }
}

/// The `*.json` files of a folder, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, BadCases> {
    let unreadable = |source| BadCases::Unreadable { path: folder.display().to_string(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The cases of a file: a JSON array of objects of a suite's own type.
///
/// # Errors
/// When the file cannot be read, is no such array, or a field of a case has the wrong type.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, BadCases> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| BadCases::Unreadable { path: path.display().to_string(), source })?;
    let malformed = |problem: String| BadCases::Malformed { path: path.display().to_string(), problem };
    // Editors on Windows put a byte order mark before the text; it says nothing.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let value: Value = serde_json::from_str(text).map_err(|error| malformed(format!("no JSON: {error}")))?;
    let Value::Array(items) = value else {
        return Err(malformed("a JSON array of cases is expected".to_owned()));
    };
    let case = |(index, item): (usize, Value)| {
        let name = match item.get("name") {
            Some(Value::String(name)) => name.clone(),
            Some(_) | None => format!("#{}", index + 1),
        };
        serde_path_to_error::deserialize(item)
            .map_err(|error| BadCases::field(path, &name, &error.path().to_string(), error.inner().to_string()))
    };
    items.into_iter().enumerate().map(case).collect()
}
