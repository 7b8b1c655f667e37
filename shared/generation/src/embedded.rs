//! Data of the binary, read once a process: a warm function writes many repositories.

use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::RenderError;

/// A TOML file that is compiled in.
pub struct Embedded<T> {
    file: &'static str,
    text: &'static str,
    read: OnceLock<Result<T, RenderError>>,
}

impl<T: DeserializeOwned> Embedded<T> {
    /// A file by its name, for errors, and its text.
    pub const fn new(file: &'static str, text: &'static str) -> Self {
        Self { file, text, read: OnceLock::new() }
    }

    /// What is in it.
    ///
    /// # Errors
    /// When it is no TOML of this form; names the file.
    pub fn get(&self) -> Result<&T, RenderError> {
        let read = || toml::from_str(self.text).map_err(|error| RenderError(format!("{}: {error}", self.file)));
        self.read.get_or_init(read).as_ref().map_err(Clone::clone)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_read_once_and_its_error_names_the_file() {
        static GOOD: Embedded<BTreeMap<String, u8>> = Embedded::new("data/good.toml", "a = 1");
        assert!(std::ptr::eq(GOOD.get().unwrap(), GOOD.get().unwrap()));
        static BAD: Embedded<BTreeMap<String, u8>> = Embedded::new("data/bad.toml", "a = 300");
        assert!(BAD.get().unwrap_err().0.starts_with("data/bad.toml: "));
    }
}
