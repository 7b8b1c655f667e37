//! CloudFormation templates: the parts that one writer owns, joined into one template with the parameters that they use.

use std::collections::BTreeSet;

use crate::RenderError;

/// Sections of a template in the order that people read them.
const SECTIONS: [&str; 5] = ["Parameters", "Rules", "Conditions", "Resources", "Outputs"];
/// Sections whose entries are there only where something refers to them.
const ON_DEMAND: [&str; 2] = ["Parameters", "Conditions"];

/// An entry of a section: the comments above it, and its lines.
#[derive(Debug, Clone)]
struct Entry {
    section: usize,
    name: String,
    text: String,
}

/// Joins parts into a template. `shared` declares what any part may refer to: of its entries come those that something
/// does refer to.
///
/// # Errors
/// When a part is no template, or two declare the same name.
pub fn join(description: &str, shared: &str, parts: &[String]) -> Result<String, RenderError> {
    let mut entries = Vec::new();
    for part in parts {
        entries.extend(read(part)?);
    }
    let offered = read(shared)?;
    // A condition refers to parameters, so that its own text counts as well.
    loop {
        let missing = offered.iter().find(|offer| {
            !entries.iter().any(|entry| entry.name == offer.name)
                && entries.iter().any(|entry| refers(&entry.text, &offer.name))
        });
        let Some(offer) = missing else { break };
        entries.push(offer.clone());
    }
    let mut names = BTreeSet::new();
    if let Some(twice) = entries.iter().find(|entry| !names.insert((entry.section, entry.name.as_str()))) {
        return Err(RenderError(format!("`{}` is declared twice in {description}", twice.name)));
    }
    let mut text =
        format!("AWSTemplateFormatVersion: \"2010-09-09\"\nDescription: {}\n", serde_json::Value::from(description));
    for (number, section) in SECTIONS.iter().enumerate() {
        let own: Vec<&Entry> = if ON_DEMAND.contains(section) {
            // In the order of the shared declarations, then of the parts.
            let place = |entry: &&Entry| offered.iter().position(|offer| offer.name == entry.name);
            let mut own: Vec<&Entry> = entries.iter().filter(|entry| entry.section == number).collect();
            own.sort_by_key(|entry| place(entry).unwrap_or(offered.len()));
            own
        } else {
            entries.iter().filter(|entry| entry.section == number).collect()
        };
        if own.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{section}:\n"));
        let bodies: Vec<&str> = own.iter().map(|entry| entry.text.trim_end()).collect();
        text.push_str(&bodies.join("\n\n"));
        text.push('\n');
    }
    Ok(text)
}

/// The entries of a part.
fn read(part: &str) -> Result<Vec<Entry>, RenderError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = None;
    // Comments stand above what they are about; those at the part's beginning are about its first entry.
    let mut above = String::new();
    for line in part.lines() {
        if let Some(name) = line.strip_suffix(':').filter(|name| !name.starts_with([' ', '#'])) {
            let known = SECTIONS.iter().position(|section| *section == name);
            section = Some(known.ok_or_else(|| RenderError(format!("a part has the section `{name}`")))?);
            continue;
        }
        let indented = line.strip_prefix("  ").unwrap_or(line);
        if line.trim().is_empty() {
            // Entries are set apart when they are joined; within one nothing is.
            continue;
        }
        if indented.starts_with('#') {
            above.push_str(&format!("  {indented}\n"));
        } else if let (Some(section), false) = (section, indented.starts_with(' ')) {
            let name = indented.split(':').next().unwrap_or_default().to_owned();
            entries.push(Entry { section, name, text: format!("{}{line}\n", std::mem::take(&mut above)) });
        } else if let Some(entry) = entries.last_mut() {
            entry.text.push_str(line);
            entry.text.push('\n');
        } else {
            return Err(RenderError(format!("`{line}` is in no section of a part")));
        }
    }
    Ok(entries)
}

/// Whether a text refers to a parameter or a condition by this name.
fn refers(text: &str, name: &str) -> bool {
    ["!Ref ", "${", "Condition: ", "!If [", "!Condition "].iter().any(|before| {
        let wanted = format!("{before}{name}");
        text.match_indices(&wanted).any(|(at, _)| {
            let next = text[at + wanted.len()..].chars().next();
            !next.is_some_and(|next| next.is_alphanumeric() || next == ':')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARED: &str = "Parameters:\n  Name:\n    Type: String\n  Names:\n    Type: String\n  Zones:\n    Type: Number\n\
                          Conditions:\n  HasZones: !Not [!Equals [!Ref Zones, 1]]\n";

    #[test]
    fn parts_become_one_template_with_what_they_refer_to() {
        let first =
            "# Why.\nResources:\n  A:\n    Name: !Sub \"${Name}-a\"\n\n  # Of b.\n  B:\n    Condition: HasZones\n";
        let second = "Parameters:\n  Own:\n    Type: String\nResources:\n  C:\n    Name: !Ref Own\nOutputs:\n  O:\n    Value: 1\n";
        let text = join("Both", SHARED, &[first.to_owned(), second.to_owned()]).unwrap();
        let wanted = "AWSTemplateFormatVersion: \"2010-09-09\"\nDescription: \"Both\"\n\n\
            Parameters:\n  Name:\n    Type: String\n\n  Zones:\n    Type: Number\n\n  Own:\n    Type: String\n\n\
            Conditions:\n  HasZones: !Not [!Equals [!Ref Zones, 1]]\n\n\
            Resources:\n  # Why.\n  A:\n    Name: !Sub \"${Name}-a\"\n\n  # Of b.\n  B:\n    Condition: HasZones\n\n\
            \x20 C:\n    Name: !Ref Own\n\nOutputs:\n  O:\n    Value: 1\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn a_name_is_declared_once_and_a_section_is_known() {
        let part = "Resources:\n  A:\n    B: 1\n".to_owned();
        assert!(join("Both", SHARED, &[part.clone(), part]).is_err());
        assert!(join("Both", SHARED, &["Mappings:\n  A:\n    B: 1\n".to_owned()]).is_err());
        assert!(join("Both", SHARED, &["  A:\n    B: 1\n".to_owned()]).is_err());
    }
}
