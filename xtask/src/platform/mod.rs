//! The local platform: the deployed stack on MiniStack and dynoxide, behind one origin with the user interface.
//!
//! What must hold: everything listens on 127.0.0.1; what the stack's functions wrote is there again at the next start,
//! even after `kill -9`; and no process outlives this one for longer than it takes to write its state.
//!
//! Data lives in three places of the state folder. `dynamodb.sqlite` and `objects/` are written at once and are the
//! truth. `engine/` is MiniStack's snapshot of everything else (stack, functions, APIs), which it writes only when it
//! stops in order; so after a deployment it is stopped and started once, and what was deployed survives as well. A
//! snapshot that cannot be used is thrown away and the stack is deployed anew around the data.

pub mod aws;
mod database;
mod deploy;
mod engine;
pub mod logs;
pub mod models;
mod proxy;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::aws::{Aws, Stack};
use self::database::Database;
use self::deploy::{Deployment, STACK, output};
use self::engine::{Engine, Settings};
use self::logs::Sink;
use self::models::Models;
use crate::functions::{self, Profile, Targets, Template};
use crate::progress::Progress;
use crate::tools::Tools;
use crate::web;
use crate::workspace::Workspace;

/// How a platform is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the local AWS listens; any free port if not given.
    pub aws_port: Option<u16>,
    /// Where the user interface and the API listen; any free port if not given.
    pub web_port: Option<u16>,
    /// How the functions are compiled.
    pub profile: Profile,
    /// What is compiled with them.
    pub targets: Targets,
    /// How long a gate waits for a person.
    pub hitl_timeout_seconds: u32,
    /// Forget everything of earlier starts.
    pub fresh: bool,
    /// Keep what is deployed across `kill -9`. Costs a second start of the engine after each deployment.
    pub durable: bool,
    /// The folder with everything that is kept.
    pub state: PathBuf,
    /// Let other commands find this platform, by `platform.json` in its state folder.
    pub announced: bool,
    /// Where the functions' logs go.
    pub logs: Sink,
    /// Build and serve the user interface.
    pub interface: bool,
    /// The models that agents may ask.
    pub models: Models,
}

impl Options {
    /// A platform to work with.
    pub fn for_development(workspace: &Workspace) -> Self {
        Self {
            aws_port: Some(4566),
            web_port: Some(8080),
            profile: Profile::Dev,
            targets: Targets::Binaries,
            hitl_timeout_seconds: 300,
            fresh: false,
            durable: true,
            state: development_state(workspace),
            announced: true,
            logs: Sink::Nowhere,
            interface: true,
            models: Models::default(),
        }
    }

    /// A platform for the end-to-end tests: its own ports, its own empty state.
    pub fn for_tests(workspace: &Workspace) -> Self {
        let state = workspace.local().join("test");
        Self {
            aws_port: None,
            web_port: None,
            targets: Targets::All,
            fresh: true,
            durable: false,
            announced: false,
            logs: Sink::File(state.join("functions.log")),
            state,
            ..Self::for_development(workspace)
        }
    }
}

/// Where a running platform is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// The process that runs it.
    pub pid: u32,
    /// The user interface, without a slash at the end.
    pub web_url: String,
    /// The REST API, up to and including `/v1`.
    pub api_url: String,
    /// The WebSocket API.
    pub ws_url: String,
    /// The OpenAPI document.
    pub openapi_url: String,
    /// The local AWS, except DynamoDB.
    pub aws_url: String,
    /// DynamoDB.
    pub dynamodb_url: String,
    /// The state machine.
    pub state_machine_arn: String,
    /// The table.
    pub table_name: String,
    /// The bucket with bodies and bundles.
    pub bucket_name: String,
    /// The folder with everything that it keeps.
    pub state: PathBuf,
}

impl Endpoints {
    /// The environment in which tests and clients find the platform.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("PLATFORM_URL", self.web_url.clone()),
            ("PLATFORM_API_URL", self.api_url.clone()),
            ("PLATFORM_WS_URL", self.ws_url.clone()),
            ("PLATFORM_AWS_URL", self.aws_url.clone()),
            ("PLATFORM_DYNAMODB_URL", self.dynamodb_url.clone()),
            ("PLATFORM_STATE_MACHINE_ARN", self.state_machine_arn.clone()),
            ("PLATFORM_TABLE_NAME", self.table_name.clone()),
            ("PLATFORM_BUCKET_NAME", self.bucket_name.clone()),
            ("PLATFORM_STATE", self.state.display().to_string()),
            // For AWS SDKs in tests. The region and the credentials are what the functions have, too.
            ("AWS_ENDPOINT_URL", self.aws_url.clone()),
            ("AWS_ENDPOINT_URL_DYNAMODB", self.dynamodb_url.clone()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ]
    }
}

/// A platform that this process runs.
pub struct Platform {
    /// Where it is reached.
    pub endpoints: Endpoints,
    engine: Engine,
    database: Database,
    proxy: JoinHandle<()>,
    logs: Option<JoinHandle<()>>,
    announcement: Option<PathBuf>,
    _lock: fs::File,
}

impl Platform {
    /// Install, build, start and deploy whatever is not yet.
    pub async fn start(workspace: &Workspace, options: &Options, progress: &Progress) -> Result<Self> {
        let lock = take(&options.state)?;
        engine::wait_for_predecessor(&options.state).await?;
        if options.fresh {
            empty(&options.state)?;
        }
        // Ports first: an error that takes a second should not come after minutes of building.
        let listener = proxy::listen(options.web_port.unwrap_or(0), "--web-port").await?;
        let aws_port = aws_port(options.aws_port).await?;
        let template = Template::read(&workspace.template())?;

        let tools = Tools::new(workspace, progress);
        let (ministack, sam, tool_binaries, executables, interface) = tokio::try_join!(
            tools.ministack(),
            tools.sam(),
            tools.validators(),
            functions::build(workspace, progress, &template, options.profile, options.targets),
            interface(workspace, options, progress),
        )?;
        let settled = options.state.join("functions");
        let executables = functions::settle(executables, &settled)?;
        let deployable = template.deployable(&options.state.join("build"), &executables)?;

        let database = Database::start(&options.state.join("dynamodb.sqlite")).await?;
        let settings = Settings {
            python: ministack,
            port: aws_port,
            state: options.state.clone(),
            database: database.url.clone(),
            keys: options.models.keys.clone(),
        };
        let aws_url = settings.url();
        let aws = Aws::new(&aws_url)?;
        let parameters = parameters(&template, options, &aws_url, &tool_binaries);
        let deployment = Deployment {
            workspace,
            sam: &sam,
            aws: &aws,
            url: &aws_url,
            deployable: &deployable,
            parameters: &parameters,
        };
        let (engine, stack) = bring_up(workspace, progress, &settings, &deployment, options.durable).await?;

        // From here on an error must not leave the engine running.
        let rest = async {
            functions::forget_others(&executables, &settled)?;
            make_tables(&aws, &database, &template).await?;
            let web_url = format!("http://{}", listener.local_addr()?);
            let endpoints = Endpoints {
                pid: std::process::id(),
                api_url: format!("{web_url}/v1"),
                ws_url: format!("ws://{}/ws", listener.local_addr()?),
                openapi_url: format!("{web_url}/v1/openapi.json"),
                aws_url: aws_url.clone(),
                dynamodb_url: database.url.clone(),
                state_machine_arn: output(&stack, "StateMachineArn")?.to_owned(),
                table_name: output(&stack, "TableName")?.to_owned(),
                bucket_name: output(&stack, "BucketName")?.to_owned(),
                state: options.state.clone(),
                web_url,
            };
            let gateway = format!("127.0.0.1:{aws_port}/_aws/execute-api");
            let routes = proxy::Routes {
                http_api: format!("http://{gateway}/{}/$default", output(&stack, "HttpApiId")?),
                websocket_api: format!(
                    "ws://{gateway}/{}/{}",
                    output(&stack, "WebSocketApiId")?,
                    output(&stack, "WebSocketStage")?
                ),
                files: interface,
                endpoints: endpoints.clone(),
            };
            let proxy = proxy::serve(listener, routes)?;
            let announcement = options.announced.then(|| announcement(&options.state));
            if let Some(file) = &announcement {
                fs::write(file, serde_json::to_vec_pretty(&endpoints)?)
                    .with_context(|| format!("cannot write {}", file.display()))?;
            }
            Ok((endpoints, proxy, announcement))
        };
        match rest.await {
            Ok((endpoints, proxy, announcement)) => Ok(Self {
                logs: logs::follow(aws, options.logs.clone()),
                endpoints,
                engine,
                database,
                proxy,
                announcement,
                _lock: lock,
            }),
            Err(error) => {
                engine.stop().await?;
                database.stop().await;
                Err(error)
            }
        }
    }

    /// Wait until something ends that should not; answers why.
    pub async fn failed(&mut self) -> anyhow::Error {
        self.engine.ended().await
    }

    /// Stop in order.
    pub async fn stop(self) -> Result<()> {
        if let Some(file) = &self.announcement {
            fs::remove_file(file).ok();
        }
        if let Some(logs) = self.logs {
            logs.abort();
        }
        self.proxy.abort();
        let stopped = self.engine.stop().await;
        self.database.stop().await;
        stopped
    }
}

/// The platform to work with, if it runs.
pub async fn running(workspace: &Workspace) -> Option<Endpoints> {
    running_on(&development_state(workspace)).await
}

/// The platform that runs on the data in `state`, if one does.
pub async fn running_on(state: &Path) -> Option<Endpoints> {
    let text = fs::read_to_string(announcement(state)).ok()?;
    let announced: Endpoints = serde_json::from_str(&text).ok()?;
    // A platform that was killed leaves its announcement behind, and its port may be another program's by now.
    crate::choose_tls();
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2)).build().ok()?;
    let answer = http.get(format!("{}{}", announced.web_url, proxy::IDENTITY)).send().await.ok()?;
    let found: Endpoints = answer.json().await.ok()?;
    (found == announced).then_some(found)
}

fn development_state(workspace: &Workspace) -> PathBuf {
    workspace.local().join("state")
}

async fn interface(workspace: &Workspace, options: &Options, progress: &Progress) -> Result<PathBuf> {
    if options.interface { web::build(workspace, progress).await } else { Ok(options.state.join("no-interface")) }
}

fn announcement(state: &Path) -> PathBuf {
    state.join("platform.json")
}

/// One platform a state folder.
fn take(state: &Path) -> Result<fs::File> {
    fs::create_dir_all(state).with_context(|| format!("cannot make {}", state.display()))?;
    let path = state.join("lock");
    let file = fs::File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => bail!(
            "a platform of this checkout runs already, on the data in {}; use that one, or stop it first",
            state.display()
        ),
        Err(fs::TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

fn empty(state: &Path) -> Result<()> {
    for entry in fs::read_dir(state)? {
        let path = entry?.path();
        let removed = match path.file_name().and_then(|name| name.to_str()) {
            Some("lock") => Ok(()),
            _ if path.is_dir() => fs::remove_dir_all(&path),
            _ => fs::remove_file(&path),
        };
        removed.with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

async fn aws_port(wanted: Option<u16>) -> Result<u16> {
    // MiniStack has to be told its port; so find one, and let go of it again.
    let listener: TcpListener = proxy::listen(wanted.unwrap_or(0), "--aws-port").await?;
    Ok(listener.local_addr()?.port())
}

fn port_in_use(port: u16, flag: &str) -> anyhow::Error {
    let holder = listeners::get_process_by_port(port, listeners::Protocol::TCP)
        .map(|process| format!(" by {} (process {})", process.name, process.pid))
        .unwrap_or_default();
    anyhow!("port {port} is in use{holder}; choose another one with {flag}")
}

/// What the template may ask. A template that has no use for one of these does not declare it.
fn parameters(template: &Template, options: &Options, aws_url: &str, tools: &Path) -> BTreeMap<String, String> {
    let known = [
        ("Stage", "local".to_owned()),
        ("Target", "local".to_owned()),
        ("HitlTimeoutSeconds", options.hitl_timeout_seconds.to_string()),
        ("LocalGateway", aws_url.to_owned()),
        ("ToolsDirectory", tools.display().to_string()),
        // Named also where there is none: a parameter that is not named keeps its value of the last deployment.
        ("Models", options.models.addresses()),
        ("ModelPerAgent", options.models.per_agent()),
    ];
    let declared = template.parameters();
    known
        .into_iter()
        .filter(|(name, _)| declared.iter().any(|declared| declared == name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Start the engine, and deploy unless what is wanted is deployed.
async fn bring_up(
    workspace: &Workspace,
    progress: &Progress,
    settings: &Settings,
    deployment: &Deployment<'_>,
    durable: bool,
) -> Result<(Engine, Stack)> {
    let data = Data { settings };
    data.recover()?;
    let mut engine =
        progress.step("Starting the local AWS", async |_| Engine::start(workspace, settings).await).await?;
    let found = deployment.aws.stack(STACK).await?;
    if let Some(stack) = &found
        && deployment.is_done(stack)
    {
        return Ok((engine, stack.clone()));
    }
    let sound = found.as_ref().is_some_and(Stack::is_sound);
    // A new stack cannot take over a bucket that exists: the objects step aside while it is made.
    let aside = !sound && (found.is_some() || data.has_objects());
    if aside {
        engine.stop().await?;
        data.put_aside()?;
        engine = Engine::start(workspace, settings).await?;
    }
    let deployed = progress.step("Deploying the stack", async |step| deployment.run(&step).await).await;
    let stack = match deployed {
        Ok(stack) => stack,
        Err(error) => {
            engine.stop().await?;
            return Err(error);
        }
    };
    if durable || aside {
        engine = progress
            .step("Writing the deployed stack to disk", async |_| {
                engine.stop().await?;
                data.put_back()?;
                Engine::start(workspace, settings).await
            })
            .await?;
    }
    Ok((engine, stack))
}

async fn make_tables(aws: &Aws, database: &Database, template: &Template) -> Result<()> {
    let resources = aws.stack_resources(STACK).await?;
    for table in template.tables() {
        let Some(name) = resources.get(&table.logical_id) else { continue };
        let answer = aws.json("DynamoDB_20120810.DescribeTable", &json!({"TableName": name})).await?;
        database.ensure_table(&answer["Table"], table.expiry.as_deref())?;
    }
    Ok(())
}

/// The objects in the buckets, and the way they take around a new deployment.
struct Data<'a> {
    settings: &'a Settings,
}

impl Data<'_> {
    fn kept(&self) -> PathBuf {
        self.settings.state.join("objects.kept")
    }

    /// Undo what a start left that was killed between [`Self::put_aside`] and [`Self::put_back`].
    fn recover(&self) -> Result<()> {
        if self.kept().exists() {
            remove_folder(&self.settings.objects())?;
            fs::rename(self.kept(), self.settings.objects())?;
            remove_folder(&self.settings.snapshots())?;
        }
        Ok(())
    }

    fn has_objects(&self) -> bool {
        fs::read_dir(self.settings.objects()).is_ok_and(|mut entries| entries.next().is_some())
    }

    fn put_aside(&self) -> Result<()> {
        remove_folder(&self.settings.snapshots())?;
        fs::rename(self.settings.objects(), self.kept()).context("the objects cannot be put aside")
    }

    /// Every bucket's folder (`<account>/<bucket>`) returns to its place.
    fn put_back(&self) -> Result<()> {
        if !self.kept().exists() {
            return Ok(());
        }
        for account in fs::read_dir(self.kept())? {
            let account = account?;
            let target = self.settings.objects().join(account.file_name());
            fs::create_dir_all(&target)?;
            for bucket in fs::read_dir(account.path())? {
                let bucket = bucket?;
                let place = target.join(bucket.file_name());
                remove_folder(&place)?;
                fs::rename(bucket.path(), &place).with_context(|| format!("cannot restore {}", place.display()))?;
            }
        }
        remove_folder(&self.kept())
    }
}

fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
