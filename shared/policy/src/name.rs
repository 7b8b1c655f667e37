//! Names of packs.

/// Longest name.
pub const MAX_CHARACTERS: usize = 40;

/// What is wrong with the name of a project's pack, and what would do; `None` when nothing is.
pub fn problem(name: &str) -> Option<String> {
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let ends = name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-') && !name.contains("--");
    if !letters || !ends || !(2..=MAX_CHARACTERS).contains(&name.len()) {
        return Some(format!(
            "is not a name of 2 to {MAX_CHARACTERS} small letters, digits and single hyphens that begins with a letter, \
             such as `acme-security`"
        ));
    }
    let taken = knowledge::policy::SHIPPED.iter().any(|pack| pack.name == name)
        || SHIPPED_PREFIXES.contains(&name)
        || knowledge::policy::LIBRARY.iter().any(|pack| pack.name == name);
    taken.then(|| format!("is the name of one of the platform's own packs; choose another, such as `own-{name}`"))
}

/// What ids of shipped rules begin with where it is not their pack's name: a project's rules must not be taken for them.
const SHIPPED_PREFIXES: [&str; 8] = ["cloud", "cost", "model", "pci", "policy", "secrets", "slo", "tech"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_not_taken() {
        for good in ["acme", "acme-security", "a1", "own-gdpr"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "",
            "a",
            "Acme",
            "acme_x",
            "-acme",
            "acme-",
            "ac--me",
            "1acme",
            "ac.me",
            "ac/me",
            "äcme",
            "x".repeat(41).as_str(),
        ] {
            assert!(problem(bad).is_some(), "{bad}");
        }
        for taken in ["gdpr", "pci-dss", "words", "slo"] {
            assert!(problem(taken).unwrap().contains("own packs"), "{taken}");
        }
    }

    #[test]
    fn no_shipped_rule_can_be_taken_for_a_projects() {
        for pack in &knowledge::policy::SHIPPED {
            for line in pack.rego.lines().filter_map(|line| line.strip_prefix("rules[\"")) {
                let prefix = line.split('.').next().unwrap();
                assert!(problem(prefix).is_some(), "{prefix} is free");
            }
        }
    }
}
