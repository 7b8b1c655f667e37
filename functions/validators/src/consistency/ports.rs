//! The port of a container: what it announces, what the server inside listens on, what others call.

use std::collections::BTreeSet;

use super::{Looked, Subject, pattern};
use crate::repository::{Kind, SourceFile};

pub(super) fn look(subject: &Subject) -> Looked {
    let exposes = pattern(r"(?i)^\s*EXPOSE\s+(.+)$");
    // `--port 8080`, `"--port", "8080"`, `--port=8080`, and `--bind 0.0.0.0:8080`.
    let listens = pattern(r#"--port["',=\s]+(\d{2,5})\b|(?:--bind|-b)["',=\s]+[\w.\[\]:]*:(\d{2,5})\b"#);
    let calls = pattern(r"(?:127\.0\.0\.1|localhost|0\.0\.0\.0):(\d{2,5})\b");
    let container = pattern(r#"\b"?(?:container_?[pP]ort|containerPort)"?\s*[=:]\s*"?(\d{2,5})\b"#);
    let numbers = |pattern: &regex::Regex, line: &str| -> Vec<u16> {
        pattern
            .captures_iter(line)
            .filter_map(|found| found.iter().skip(1).flatten().next().and_then(|number| number.as_str().parse().ok()))
            .collect()
    };
    let mut files = 0;
    let mut findings = Vec::new();
    let mut announced: BTreeSet<u16> = BTreeSet::new();
    for file in subject.repository.of(Kind::Dockerfile) {
        files += 1;
        let mut exposed: BTreeSet<u16> = BTreeSet::new();
        let mut used: Vec<(u32, u16, &str)> = Vec::new();
        for (number, line) in file.lines() {
            if let Some(found) = exposes.captures(line) {
                let ports = found[1].split_whitespace().filter_map(|port| port.split('/').next()?.parse().ok());
                exposed.extend(ports.collect::<Vec<u16>>());
            } else if !line.trim_start().starts_with('#') {
                used.extend(numbers(&listens, line).into_iter().map(|port| (number, port, "listens on")));
                used.extend(numbers(&calls, line).into_iter().map(|port| (number, port, "calls")));
            }
        }
        if exposed.is_empty() {
            // A server without EXPOSE runs; who deploys it has to guess.
            if let Some((line, port, _)) = used.iter().find(|(_, _, verb)| *verb == "listens on") {
                let message = format!("The server listens on {port}, which no EXPOSE announces.");
                findings.push(file.finding(Some(*line), "port", message, false));
                announced.insert(*port);
            }
            continue;
        }
        for (line, port, verb) in used {
            if !exposed.contains(&port) {
                let message = format!("This line {verb} port {port}; the image announces {}.", words(&exposed));
                findings.push(file.finding(Some(line), "port", message, true));
            }
        }
        announced.extend(exposed);
    }
    if announced.is_empty() {
        return Looked { files, findings };
    }
    let mut compare = |file: &SourceFile, pattern: &regex::Regex, image: &dyn Fn(u32) -> Image, what: &str| {
        for (number, line) in file.lines() {
            for port in numbers(pattern, line) {
                let blocking = match image(number) {
                    Image::Own => true,
                    Image::Unknown => false,
                    Image::Other => continue,
                };
                if !announced.contains(&port) {
                    let message = format!("{what} {port}; the image announces {}.", words(&announced));
                    findings.push(file.finding(Some(number), "port", message, blocking));
                }
            }
        }
        files += 1;
    };
    for file in subject.repository.of(Kind::Hcl).chain(subject.repository.of(Kind::Yaml)) {
        compare(file, &container, &|number| ownership(subject, file, number), "The container's port is");
    }
    for file in subject.repository.of(Kind::Makefile) {
        // On a person's machine another port is allowed, but it is seldom meant.
        compare(file, &listens, &|_| Image::Unknown, "The server is started on port");
    }
    Looked { files, findings }
}

/// Whose image a container runs.
enum Image {
    /// The one that the Dockerfile builds.
    Own,
    /// Somebody else's, with a port of its own.
    Other,
    /// Nothing says so.
    Unknown,
}

/// Whose image the container at a line runs: the `image` nearest above says it. The repository's own comes from the
/// registry that it makes itself, directly or through a local value; in a manifest of Kubernetes it has a name that a script
/// replaces by a digest.
fn ownership(subject: &Subject, file: &SourceFile, line: u32) -> Image {
    let image = pattern(r#"\bimage(?:_uri)?"?\s*[=:]\s*(.+)$"#);
    let registry = "aws_ecr_repository";
    let above: Vec<(u32, &str)> = file.lines().take_while(|(number, _)| *number <= line).collect();
    let value = above.iter().rev().take(20).find_map(|(_, text)| Some(image.captures(text)?.get(1)?.as_str().trim()));
    let Some(value) = value else { return Image::Unknown };
    if value.contains(registry) {
        return Image::Own;
    }
    let replaced = format!("name: \"{value}\", newName: $repository, digest:");
    if subject.repository.files().any(|file| file.text().is_some_and(|text| text.contains(&replaced))) {
        return Image::Own;
    }
    let Some(name) = value.strip_prefix("local.") else { return Image::Other };
    let local = pattern(&format!(r"^\s*{}\s*=", regex::escape(name)));
    let own = |file: &SourceFile| file.lines().any(|(_, text)| local.is_match(text) && text.contains(registry));
    if subject.repository.of(Kind::Hcl).any(own) { Image::Own } else { Image::Other }
}

fn words(ports: &BTreeSet<u16>) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
