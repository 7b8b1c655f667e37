//! Whether the version of the provider that a configuration asks for can be the one whose schema is known.

use design::validation::ToolFinding;
use hcl::{Block, Expression, ObjectKey};

use crate::repository::SourceFile;

/// A version as three numbers.
type Version = [u64; 3];

/// What `required_providers` of a `terraform` block asks for, against the schema's version.
pub fn look(file: &SourceFile, terraform: &Block, schema: &str) -> Option<ToolFinding> {
    let required = terraform.body().blocks().find(|block| block.identifier() == "required_providers")?;
    let Expression::Object(aws) = required.body().attributes().find(|provider| provider.key() == "aws")?.expr() else {
        return None;
    };
    let constraint = aws.iter().find_map(|(key, value)| match (key, value) {
        (ObjectKey::Identifier(name), Expression::String(text)) if name.as_str() == "version" => Some(text.as_str()),
        _ => None,
    })?;
    if admits(constraint, schema)? {
        return None;
    }
    let line = file.lines().find(|(_, line)| line.contains(constraint)).map(|(number, _)| number);
    let message = format!("`{constraint}` leaves out {schema}, the version that the rest was checked against.");
    Some(file.finding(line, "version", message, true))
}

/// True when all parts of a constraint admit a version; `None` when it cannot be read.
fn admits(constraint: &str, version: &str) -> Option<bool> {
    let (version, _) = read(version)?;
    let mut all = true;
    for part in constraint.split(',').map(str::trim) {
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, bound) = part.split_at(digits);
        let (bound, given) = read(bound.trim())?;
        all &= match operator.trim() {
            "" | "=" => version == bound,
            "!=" => version != bound,
            ">" => version > bound,
            ">=" => version >= bound,
            "<" => version < bound,
            "<=" => version <= bound,
            // The last number that is given may grow.
            "~>" => {
                let fixed = given.saturating_sub(1);
                version >= bound && version.get(..fixed) == bound.get(..fixed)
            }
            _ => return None,
        };
    }
    Some(all)
}

/// The numbers of a version, and how many were given.
fn read(version: &str) -> Option<(Version, usize)> {
    let mut numbers = [0; 3];
    let mut given = 0;
    for (place, number) in version.split('.').enumerate() {
        *numbers.get_mut(place)? = number.parse().ok()?;
        given = place + 1;
    }
    Some((numbers, given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_admit_what_terraform_admits() {
        for (constraint, expected) in [
            ("~> 6.25", Some(true)),
            ("~> 6.0", Some(true)),
            ("~> 6.26", Some(false)),
            ("~> 6.25.0", Some(true)),
            ("~> 6.24.0", Some(false)),
            ("~> 5.90", Some(false)),
            (">= 6.0, < 7.0", Some(true)),
            (">= 6.0, != 6.25.0", Some(false)),
            ("6.25.0", Some(true)),
            ("latest", None),
        ] {
            assert_eq!(admits(constraint, "6.25.0"), expected, "{constraint}");
        }
    }
}
