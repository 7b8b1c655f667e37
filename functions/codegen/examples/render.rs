//! Writes the repository of a plan to a folder: `cargo run -p codegen --example render -- fixtures/churn-realtime.json OUT`.
//! In place of the file may stand the name of a fixture on another cloud, such as `churn-realtime-gcp`.

use std::{error::Error, fs, path::Path};

#[path = "../tests/it/fixture.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "the tests use the rest, and helpers of tests may fail loudly")]
mod fixture;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [fixture, out] = arguments.as_slice() else { return Err("usage: render FIXTURE OUT".into()) };
    let fixture: fixture::Fixture = match fixture::elsewhere().remove(fixture) {
        Some(found) => found,
        None => serde_json::from_str(&fs::read_to_string(fixture)?)?,
    };
    let repository = fixture.generate();
    for file in &repository.files {
        let path = Path::new(out).join(&file.path);
        fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
        fs::write(path, &file.content)?;
    }
    println!("{} files, missing {:?}", repository.files.len(), repository.missing);
    Ok(())
}
