//! `eval SUITE [--json] [--cases FILE]...`: wiring only.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = eval::Arguments::parse();
    match eval::run(&arguments) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(eval::BAD_CASES)
        }
    }
}
