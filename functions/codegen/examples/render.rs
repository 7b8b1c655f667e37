//! Writes the repository of a plan to a folder: `cargo run -p codegen --example render -- fixtures/churn.json OUT`.

use std::{error::Error, fs, path::Path};

use design::{constraint::ConstraintSet, plan::PlanDecision};

#[derive(serde::Deserialize)]
struct Fixture {
    title: String,
    requirement: String,
    constraints: ConstraintSet,
    plan: PlanDecision,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [fixture, out] = arguments.as_slice() else { return Err("usage: render FIXTURE OUT".into()) };
    let fixture: Fixture = serde_json::from_str(&fs::read_to_string(fixture)?)?;
    let candidate = fixture.plan.selected().ok_or("the plan selects nothing")?;
    let repository = codegen::generate(&fixture.title, &fixture.requirement, &fixture.constraints, candidate, None)?;
    for file in &repository.files {
        let path = Path::new(out).join(&file.path);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, &file.content)?;
    }
    println!("{}: {} files, missing {:?}", repository.name, repository.files.len(), repository.missing);
    Ok(())
}
