//! Where things are: one place knows the layout of the checkout and of the folders that `cargo xtask` makes in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A checkout.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The checkout at `root`, or the one this program was built from.
    pub fn find(root: Option<PathBuf>) -> Result<Self> {
        let root = root.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."));
        let root = root
            .canonicalize()
            .with_context(|| format!("no checkout at {}; run `cargo xtask` inside one", root.display()))?;
        Ok(Self { root })
    }

    /// The root of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the checkout.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// What the local platform is made of, pinned.
    pub fn pins(&self) -> PathBuf {
        self.path("infra/local")
    }

    /// Where the pinned tools are installed.
    pub fn tools(&self) -> PathBuf {
        self.path(".tools")
    }

    /// The binaries that the validators run, as one folder.
    pub fn tool_binaries(&self) -> PathBuf {
        self.path(".tools/bin")
    }

    /// What local platforms keep between starts, and where they say that they run.
    pub fn local(&self) -> PathBuf {
        self.path(".local")
    }

    /// The output of the commands whose progress is shown as one line.
    pub fn logs(&self) -> PathBuf {
        self.path(".local/logs")
    }

    /// The one template.
    pub fn template(&self) -> PathBuf {
        self.path("infra/template.yaml")
    }

    /// The user interface's sources.
    pub fn web(&self) -> PathBuf {
        self.path("web")
    }

    /// Room on the disk of this checkout, in gigabytes (10⁹ bytes); `None` where the system does not say.
    pub fn free_gigabytes(&self) -> Option<u64> {
        let disk = rustix::fs::statvfs(&self.root).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000_000)
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.path("target"), |target| self.root.join(target))
    }
}
