//! The parsers, each with a file in order and broken ones.

use design::validation::CheckStatus;

use super::{parse, passes, places};
use crate::syntax::PARSERS;

#[test]
fn what_is_in_order_passes() {
    for (name, path, text) in [
        ("Python syntax", "a.py", "def f[T](x: T) -> T:\n    return x\n"),
        ("YAML syntax", "a.yml", "a: 1\n---\nb: [2, 3]\n"),
        ("JSON syntax", "a.json", "{\"a\": [1, null]}"),
        ("JSON syntax", "a.jsonl", "{\"a\": 1}\n\n{\"a\": 2}\n"),
        ("TOML syntax", "a.toml", "[a]\nb = 1\n"),
        ("HCL syntax", "a.tf", "locals {\n  a = \"${var.b}-${[for x in var.c : x][0]}\"\n}\n"),
    ] {
        let check = parse(name, &[(path, text)]).expect("a file of this kind");
        passes(&check);
        assert_eq!(check.files, 1);
    }
}

#[test]
fn what_is_broken_is_found_at_its_line() {
    for (name, path, text, place) in [
        ("Python syntax", "a.py", "x = 1\ny = (\n", "!a.py:3 syntax"),
        ("Python syntax", "a.py", "def f():\n  x = 1\n    y = 2\n", "!a.py:3 syntax"),
        ("YAML syntax", "a.yml", "a: 1\n---\nb: [2\nc: 3\n", "!a.yml:4 syntax"),
        ("YAML syntax", "a.yaml", "a: 1\na: 2\n", "!a.yaml:1 syntax"),
        ("JSON syntax", "a.json", "{\n  \"a\": 1,\n}", "!a.json:3 syntax"),
        ("JSON syntax", "a.jsonl", "{}\n{\n", "!a.jsonl:2 syntax"),
        ("TOML syntax", "a.toml", "[a]\nb = \n", "!a.toml:2 syntax"),
        ("HCL syntax", "a.tf", "locals {\n  a = \n}\n", "!a.tf:2 syntax"),
        ("HCL syntax", "a.tfvars", "a = {\n", "!a.tfvars:1 syntax"),
    ] {
        let check = parse(name, &[(path, text)]).expect("a file of this kind");
        assert_eq!(check.status, CheckStatus::Failed, "{path}: {text}");
        assert_eq!(places(&check).first().map(String::as_str), Some(place), "{check:#?}");
    }
}

#[test]
fn a_kind_that_is_not_there_is_left_out() {
    assert_eq!(parse("HCL syntax", &[("a.py", "")]), None);
}

#[test]
fn messages_do_not_repeat_the_line() {
    // Some parsers quote what they could not read; it may be a secret.
    for (name, path, text) in [
        ("TOML syntax", "a.toml", "password = hunter2\n"),
        ("HCL syntax", "a.tf", "password = \"hunter2\n"),
        ("YAML syntax", "a.yml", "password: 'hunter2\n"),
        ("JSON syntax", "a.json", "{\"password\": hunter2}"),
        ("Python syntax", "a.py", "password = 'hunter2\n"),
    ] {
        let check = parse(name, &[(path, text)]).expect("a file of this kind");
        assert_eq!(check.status, CheckStatus::Failed, "{path}");
        assert!(!format!("{check:?}").contains("hunter2"), "{check:#?}");
    }
}

#[test]
fn the_versions_are_those_of_the_lock_file() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    for parser in PARSERS {
        let check = [("a.py", "x = 1\n"), ("a.yml", "a: 1\n"), ("a.json", "1"), ("a.toml", ""), ("a.tf", "")];
        let check = parse(parser.name().name, &check).expect("a file of each kind");
        let entry = format!("name = \"{}\"\nversion = \"{}\"\n", check.tool, check.version.unwrap_or_default());
        assert!(lock.contains(&entry), "Cargo.lock has another version: {entry}");
    }
}
