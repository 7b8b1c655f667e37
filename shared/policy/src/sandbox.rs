//! Evaluates a project's pack in a process of its own.
//!
//! A pack can ask for endless work, or for more memory than there is, in one line. A thread cannot be ended and shares
//! the memory; a process can be ended and has its own. So the function starts its own program again with [`ARGUMENT`]:
//! that process has no environment, may open no file and start no process, has bounded memory and processor time, reads
//! the pack from its input and answers on its output. Whatever becomes of it is a [`Fault`] of the pack.

use std::{
    io::{Read as _, Write as _},
    num::NonZeroU32,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitCode, Stdio},
    time::Duration,
};

use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};
use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::{Fault, FaultKind, Outcome, engine};

/// What the program is started with to be a sandbox.
pub const ARGUMENT: &str = "evaluate-policy-pack";

/// Largest text of a pack, in bytes.
pub const PACK_MAX_BYTES: usize = 64 * 1024;
/// Processor time of one evaluation. A pack of a hundred rules takes some ten milliseconds in an unoptimised build.
const EVALUATION_TIME: Duration = Duration::from_millis(500);
/// Evaluation looks at the clock after so many steps, which take some hundred microseconds.
const STEPS_BETWEEN_LOOKS: NonZeroU32 = NonZeroU32::new(64).unwrap();
/// Processor time of the process, in seconds: for what does not look at the clock, such as one huge multiplication.
const PROCESS_SECONDS: u64 = 4;
/// Time after which the process is ended whatever it does: a small Lambda function has a third of a processor.
const PROCESS_TIME: Duration = Duration::from_secs(15);
/// Address space of the process. The program itself takes some ten megabytes.
const MEMORY_BYTES: u64 = 256 * 1024 * 1024;
/// Longest answer that is read.
const ANSWER_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What the process is asked.
#[derive(Serialize, Deserialize)]
struct Question {
    name: String,
    text: String,
    inputs: Vec<Value>,
}

type Answer = Result<Vec<Vec<Outcome>>, Fault>;

/// Starts sandboxes.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    /// The program; `None` for the one that runs.
    program: Option<PathBuf>,
}

impl Sandbox {
    /// Sandboxes by the program that runs, whose `main` begins with [`is_one`].
    pub fn of_this_program() -> Self {
        Self::default()
    }

    /// Sandboxes by another program, for tests.
    pub fn of(program: impl Into<PathBuf>) -> Self {
        Self { program: Some(program.into()) }
    }

    /// Checks a pack and says what each of its rules says of each input.
    ///
    /// # Errors
    /// When the pack cannot be read or evaluated, or does not end in time.
    pub async fn evaluate(&self, name: &str, text: &str, inputs: &[Value]) -> Answer {
        if text.len() > PACK_MAX_BYTES {
            let size = text.len();
            return Err(Fault::new(
                FaultKind::Memory,
                format!("the pack has {size} bytes; at most {PACK_MAX_BYTES} are accepted"),
            ));
        }
        let question = Question { name: name.to_owned(), text: text.to_owned(), inputs: inputs.to_vec() };
        match tokio::time::timeout(PROCESS_TIME, self.ask(&question)).await {
            Ok(answer) => answer,
            // Dropping the call has ended the process.
            Err(_) => {
                Err(Fault::new(FaultKind::Time, format!("time limit: it took more than {} s", PROCESS_TIME.as_secs())))
            }
        }
    }

    async fn ask(&self, question: &Question) -> Answer {
        let failed =
            |what: &str, error: &dyn std::error::Error| Fault::new(FaultKind::Start, format!("{what}: {error}"));
        let program = match &self.program {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(|error| failed("the program does not find itself", &error))?,
        };
        let question = serde_json::to_vec(question).map_err(|error| failed("the pack is no JSON", &error))?;
        let mut process = Command::new(program)
            .arg(ARGUMENT)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("the sandbox cannot be started", &error))?;
        let (mut asked, mut answered, mut said) = (process.stdin.take(), process.stdout.take(), process.stderr.take());
        let (mut answer, mut words) = (Vec::new(), Vec::new());
        let ask = async {
            if let Some(mut input) = asked.take() {
                // A process that ends before it has read everything says by its end why.
                input.write_all(&question).await.ok();
            }
        };
        let hear = async {
            if let Some(output) = answered.take() {
                output.take(ANSWER_MAX_BYTES).read_to_end(&mut answer).await.ok();
            }
        };
        let overhear = async {
            if let Some(output) = said.take() {
                output.take(4096).read_to_end(&mut words).await.ok();
            }
        };
        tokio::join!(ask, hear, overhear);
        let status = process.wait().await.map_err(|error| failed("the sandbox's end is not known", &error))?;
        if status.success() {
            return serde_json::from_slice(&answer)
                .unwrap_or_else(|_| Err(Fault::new(FaultKind::Memory, "the answer is too long to be read")));
        }
        let words = String::from_utf8_lossy(&words);
        let signal = status.signal();
        let is = |signal: Option<i32>, one: Signal| signal == Some(one.as_raw());
        Err(if is(signal, Signal::XCPU) || is(signal, Signal::KILL) {
            Fault::new(FaultKind::Time, format!("time limit: it took more than {PROCESS_SECONDS} s of processor time"))
        } else if words.contains("memory allocation") || words.contains("capacity overflow") {
            let limit = MEMORY_BYTES / 1024 / 1024;
            Fault::new(FaultKind::Memory, format!("memory limit: it took more than {limit} MB"))
        } else {
            Fault::new(FaultKind::Process, "the process that evaluated it broke down; it may be nested too deeply")
        })
    }
}

/// True when this process was started to be a sandbox: then `main` does nothing but [`serve`].
pub fn is_one() -> bool {
    std::env::args_os().nth(1).is_some_and(|argument| argument == ARGUMENT)
}

/// The processor time of this process: a busy machine makes no pack fail.
struct ProcessorTime;

impl TimeSource for ProcessorTime {
    fn now(&self) -> Option<Duration> {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
}

/// Answers one question, and ends.
pub fn serve() -> ExitCode {
    let done = || -> Result<(), Box<dyn std::error::Error>> {
        confine()?;
        let mut question = Vec::new();
        std::io::stdin().lock().read_to_end(&mut question)?;
        let question: Question = serde_json::from_slice(&question)?;
        let answer = serde_json::to_vec(&answer(&question))?;
        std::io::stdout().lock().write_all(&answer)?;
        Ok(())
    };
    match done() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut words = std::io::stderr().lock();
            // Nobody hears it when this fails as well.
            writeln!(words, "{error}").ok();
            ExitCode::FAILURE
        }
    }
}

/// Takes from this process what a pack does not need. There is no way back.
fn confine() -> rustix::io::Result<()> {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, MEMORY_BYTES)?;
    limit(Resource::Cpu, PROCESS_SECONDS)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, 0)?;
    limit(Resource::Nproc, 0)
}

fn answer(question: &Question) -> Answer {
    // Set once per process, and this process answers one question.
    set_time_source(&ProcessorTime).ok();
    let mut engine = engine::with_library()?;
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: EVALUATION_TIME,
        check_interval: STEPS_BETWEEN_LOOKS,
    });
    engine::pack(engine, &question.name, &question.text, &question.inputs)
}
