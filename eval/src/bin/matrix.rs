//! `matrix --out FOLDER --tools FOLDER [--only PART]`: wiring only. Exit code 1: a repository has faults.

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match eval::matrix::run(&eval::matrix::Arguments::parse()).await {
        Ok(written) if written.iter().all(|one| one.faults.is_empty()) => ExitCode::SUCCESS,
        Ok(written) => {
            for one in written.iter().filter(|one| !one.faults.is_empty()) {
                eprintln!("{}:\n  {}", one.name, one.faults.join("\n  "));
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
