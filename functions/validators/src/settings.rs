//! Where the tools are, and how long each may take.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use lambda::environment::Environment;

/// Longest time of one tool. The function has ten minutes; a tool takes below a second on what is generated.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where the tools are, and how long each may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Folders that are searched, in this order.
    pub folders: Vec<PathBuf>,
    /// Longest time of one tool.
    pub timeout: Duration,
}

impl Settings {
    /// `TOOLS_DIRECTORY` (set by the template on the local platform), then `bin` in the function's package
    /// (`LAMBDA_TASK_ROOT`), then `PATH`. All of them may be missing: a tool that is nowhere is reported as not run.
    pub fn read(env: &mut Environment<'_>) -> Self {
        let mut folders: Vec<PathBuf> = env.optional("TOOLS_DIRECTORY").map(PathBuf::from).into_iter().collect();
        folders.extend(env.optional("LAMBDA_TASK_ROOT").map(|root| Path::new(&root).join("bin")));
        if let Some(path) = env.optional("PATH") {
            folders.extend(std::env::split_paths(&path));
        }
        // A relative folder would mean another place in each working directory.
        folders.retain(|folder| folder.is_absolute());
        Self { folders, timeout: TIMEOUT }
    }

    /// The program of a tool, or why there is none.
    pub(crate) fn find(&self, program: &str) -> Result<PathBuf, String> {
        let executable = |file: &PathBuf| {
            file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
        };
        self.folders
            .iter()
            .map(|folder| folder.join(program))
            .find(executable)
            .ok_or_else(|| format!("`{program}` is not installed where the function runs"))
    }
}
