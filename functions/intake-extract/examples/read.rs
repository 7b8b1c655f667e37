//! Reads a requirement from standard input and prints what was understood: for trying the rules on new texts.

use std::io::Read as _;

use design::{constraint::ConstraintField, words};
use intake_extract::extract::extract;

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    // Once to build the lexicon, which a function does once in its life.
    extract("");
    let start = std::time::Instant::now();
    let reading = extract(&text);
    eprintln!("read in {:.2} ms", start.elapsed().as_secs_f64() * 1000.0);
    for field in ConstraintField::ALL {
        if let (Some(value), Some(from)) =
            (words::constraint(&reading.constraints, field), reading.constraints.provenance(field))
        {
            let quotes: Vec<&str> = from.evidence.iter().map(|words| words.quote.as_str()).collect();
            println!(
                "{:<13} {:.2} {value} <- {quotes:?} {}",
                field.as_str(),
                from.confidence,
                from.derivation.unwrap_or("")
            );
        }
    }
    for region in &reading.constraints.excluded_regions {
        println!("excluded      {}", region.code);
    }
    for conflict in &reading.constraints.conflicts {
        println!("conflict      {} -> {}", conflict.explanation, conflict.resolution);
    }
    Ok(())
}
