//! What a suite hands back: tables for people, one JSON object for programs.

use comfy_table::{CellAlignment, Table, presets::UTF8_BORDERS_ONLY};
use serde_json::{Map, Value};

/// The outcome of a suite.
#[derive(Debug, Default)]
pub struct Outcome {
    sections: Vec<String>,
    object: Map<String, Value>,
}

impl Outcome {
    /// Adds a key of the JSON object.
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.object.insert(key.to_owned(), value.into());
    }

    /// A value of the JSON object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.object.get(key)
    }

    /// Adds lines for people.
    pub fn say(&mut self, text: impl Into<String>) {
        self.sections.push(text.into());
    }

    /// Adds a table for people; all columns but the first are numbers, or short words.
    pub fn table(&mut self, title: &str, header: &[&str], rows: &[Vec<String>]) {
        let mut table = Table::new();
        table.load_style(UTF8_BORDERS_ONLY).set_header(header.to_vec());
        for row in rows {
            table.add_row(row.clone());
        }
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self.sections.push(format!("{title}\n{table}"));
    }

    /// Everything for people.
    pub fn text(&self) -> String {
        self.sections.join("\n\n")
    }

    /// Everything for programs: one JSON object.
    pub fn json(&self) -> String {
        Value::Object(self.object.clone()).to_string()
    }
}

/// A share with three digits, a dash where nothing was counted.
pub fn share(part: u32, of: u32) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.3}", f64::from(part) / f64::from(of)) }
}

/// A share for JSON: nothing counted is nothing wrong.
pub fn ratio(part: u32, of: u32) -> f64 {
    if of == 0 { 1.0 } else { f64::from(part) / f64::from(of) }
}
