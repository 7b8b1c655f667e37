//! Templates: embedded in the binary, strict about what they are given.

use std::{
    any::TypeId,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::{Environment, UndefinedBehavior, Value, context, syntax::SyntaxConfig};
use rust_embed::RustEmbed;

use crate::{Blueprint, RenderError, SourceFile, Wanted, blueprint::Fragment, stack};

/// Templates that those of several agents include.
#[derive(RustEmbed)]
#[folder = "templates/"]
struct Shared;

/// Renders the files that a blueprint asks for from an agent's own templates, sorted by path.
///
/// # Errors
/// When a template is not there, is broken, or asks for what it is not given: our own fault.
pub fn files<T: RustEmbed + 'static>(
    blueprint: &Blueprint,
    wanted: Vec<Wanted>,
) -> Result<Vec<SourceFile>, RenderError> {
    let environment = environment::<T>()?;
    let site = Value::from(minijinja::value::Serde(&blueprint.site));
    let mut files = Vec::with_capacity(wanted.len());
    for file in wanted {
        let context = context! { ..Value::from(file.context), ..site.clone() };
        let content = if file.fragments.is_empty() {
            render(&environment, &file.template, &context)?
        } else {
            let fragment = |fragment: &Fragment| {
                let context = context! { ..Value::from(fragment.context.clone()), ..site.clone() };
                render(&environment, &fragment.template, &context)
            };
            let parts = file.fragments.iter().map(fragment).collect::<Result<Vec<_>, _>>()?;
            stack::join(&file.purpose, &render(&environment, &file.template, &context)?, &parts)?
        };
        files.push(SourceFile { path: file.path, content, purpose: file.purpose, patterns: file.patterns });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The environment of an agent's templates, made once a process: it keeps the templates that it has compiled.
fn environment<T: RustEmbed + 'static>() -> Result<Arc<Environment<'static>>, RenderError> {
    static MADE: Mutex<BTreeMap<TypeId, Arc<Environment<'static>>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = made.get(&TypeId::of::<T>()) {
        return Ok(environment.clone());
    }
    let environment = Arc::new(new_environment::<T>()?);
    made.insert(TypeId::of::<T>(), environment.clone());
    Ok(environment)
}

/// An environment with an agent's own templates and the shared ones. A value that a template asks for and does not get
/// is an error.
fn new_environment<T: RustEmbed>() -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Debug errors print all variables, and with them the requirement, into logs.
    environment.set_debug(false);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(syntax.map_err(|error| RenderError(format!("template syntax: {error:#}")))?);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_loader(|name| {
        let file = T::get(name).or_else(|| Shared::get(name));
        Ok(file.and_then(|file| String::from_utf8(file.data.into_owned()).ok()))
    });
    environment.add_filter("number", number);
    // As Python writes large numbers: 1_200_000.
    environment.add_filter("grouped", |value: u64, between: String| grouped(value, &between));
    // A text in double quotes, as JSON and YAML have it: what people wrote can never break out.
    environment.add_filter("quoted", |text: &str| serde_json::Value::from(text).to_string());
    environment.add_filter("pick_text", |sizing: &Value, keys: &str, default: String| {
        pick(&read(sizing), keys).unwrap_or(default)
    });
    // A size is a number: what is none gives way to the default, and never to Terraform that does not parse.
    environment.add_filter("pick", |sizing: &Value, keys: &str, default: String| {
        pick(&read(sizing), keys).filter(|size| size.parse::<f64>().is_ok_and(f64::is_finite)).unwrap_or(default)
    });
    environment.add_filter("doubled", |sizing: &Value, keys: &str, default: u64| {
        pick(&read(sizing), keys)
            .and_then(|value| value.parse::<f64>().ok())
            .map_or(default, |value| ((value * 2.0).ceil() as u64).max(1))
    });
    environment.add_filter("instance", |sizing: &Value, prefix: &str, default: String| {
        machine(&read(sizing)).filter(|machine| machine.starts_with(prefix)).unwrap_or(default)
    });
    environment.add_filter("has_own_disk", has_own_disk);
    environment.add_filter("ec2_instance", |sizing: &Value, default: String| {
        machine(&read(sizing)).filter(|machine| !machine.starts_with("ml.")).unwrap_or(default)
    });
    environment.add_filter("vcpu", |sizing: &Value, default: String| {
        part(&read(sizing), "vcpu").map_or(default, |vcpu| vcpu.to_string())
    });
    environment.add_filter("memory_mb", |sizing: &Value, default: String| {
        memory_mb(&read(sizing)).map_or(default, |memory| memory.to_string())
    });
    environment
        .add_filter("serverless_memory", |sizing: &Value| memory_mb(&read(sizing)).unwrap_or(2048).clamp(1024, 6144));
    environment.add_filter("runtime_seconds", |sizing: &Value| runtime_seconds(&read(sizing)));
    environment.add_filter("fargate_cpu", |sizing: &Value| part(&read(sizing), "vcpu").unwrap_or(1) * 1024);
    environment.add_filter("fargate_memory", |sizing: &Value| memory_mb(&read(sizing)).unwrap_or(2048));
    Ok(environment)
}

/// A component's sizing as templates hand it over.
fn read(sizing: &Value) -> BTreeMap<String, String> {
    let Ok(keys) = sizing.try_iter() else { return BTreeMap::new() };
    keys.filter_map(|key| {
        let value = sizing.get_item(&key).ok()?;
        Some((key.as_str()?.to_owned(), value.as_str()?.to_owned()))
    })
    .collect()
}

/// Renders a template and ends the text with exactly one line end.
fn render(environment: &Environment<'_>, template: &str, context: &Value) -> Result<String, RenderError> {
    let text = environment
        .get_template(template)
        .and_then(|template| template.render(context))
        .map_err(|error| RenderError(format!("{template}: {error:#}")))?;
    let trimmed = text.trim_end();
    Ok(if trimmed.is_empty() { String::new() } else { format!("{trimmed}\n") })
}

/// A number as Python and HCL write it: `3` or `3.0` by its kind.
fn number(value: f64, kind: &str) -> String {
    if kind == "integer" || kind == "hcl" {
        if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value}") }
    } else {
        format!("{value:?}")
    }
}

/// A whole number with something between its thousands.
fn grouped(value: u64, between: &str) -> String {
    let digits = value.to_string();
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..].chunks(3).map(String::from_utf8_lossy);
    let head = (first > 0).then(|| digits[..first].into());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(between)
}

/// The first of the keys that is there and is a plain word or number.
pub(crate) fn pick(sizing: &BTreeMap<String, String>, keys: &str) -> Option<String> {
    keys.split('|').filter_map(|key| sizing.get(key)).find(|value| is_plain(value)).cloned()
}

/// Only what cannot break out of a string in any of the languages is taken over.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || ".:_-".contains(c))
}

/// The machine type, when it is one with a family, such as `ml.m5.large` or `g5.xlarge`.
fn machine(sizing: &BTreeMap<String, String>) -> Option<String> {
    pick(sizing, "instance_type").filter(|machine| machine.contains('.'))
}

/// Whether a machine of SageMaker brings disks of its own: it encrypts them with a key of the machine's, and a request
/// with another key (`VolumeKmsKeyId`, `KmsKeyId`) is refused. Source: SageMaker API Reference, `ResourceConfig` and
/// `CreateEndpointConfig`; the families are those of the EC2 instance type pages with NVMe storage, read 2026-11.
fn has_own_disk(machine: &str) -> bool {
    let Some(family) = machine.trim_start_matches("ml.").split('.').next() else { return false };
    let with_disks = ["g4dn", "g5", "g6", "p3dn", "p4", "p5", "trn1"];
    let general = family.starts_with(['c', 'm', 'r']) && family.ends_with('d');
    general || with_disks.iter().any(|start| family.starts_with(start))
}

/// The number before a unit in a machine type such as `task-2vcpu-4gb`.
fn part(sizing: &BTreeMap<String, String>, unit: &str) -> Option<u64> {
    sizing.get("instance_type")?.split('-').find_map(|part| part.strip_suffix(unit)?.parse().ok())
}

/// Seconds after which a training run is ended: twice what the plan expects of it, in whole hours, and at least four.
fn runtime_seconds(sizing: &BTreeMap<String, String>) -> u64 {
    let planned =
        pick(sizing, "hours_per_run").and_then(|hours| hours.parse::<f64>().ok()).filter(|hours| *hours > 0.0);
    planned.map_or(0, |hours| (hours * 2.0).ceil() as u64).max(4) * 3600
}

pub(crate) fn memory_mb(sizing: &BTreeMap<String, String>) -> Option<u64> {
    part(sizing, "mb").or_else(|| part(sizing, "gb").map(|gb| gb * 1024))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    fn sizing(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_machine_with_disks_of_its_own_is_known() {
        for machine in ["ml.g5.xlarge", "ml.g4dn.xlarge", "ml.p4d.24xlarge", "ml.m5d.large"] {
            assert!(has_own_disk(machine), "{machine}");
        }
        for machine in ["ml.m5.large", "ml.c5.2xlarge", "ml.p3.2xlarge", "ml.inf2.xlarge"] {
            assert!(!has_own_disk(machine), "{machine}");
        }
    }

    #[test]
    fn large_numbers_are_written_in_thousands() {
        for (value, written) in [(0, "0"), (999, "999"), (1_000, "1_000"), (1_234_567, "1_234_567")] {
            assert_eq!(grouped(value, "_"), written);
        }
    }

    #[test]
    fn a_machine_type_is_read_for_its_parts() {
        let task = sizing(&[("instance_type", "task-2vcpu-4gb")]);
        assert_eq!((part(&task, "vcpu"), memory_mb(&task)), (Some(2), Some(4096)));
        assert_eq!(memory_mb(&sizing(&[("instance_type", "function-1792mb")])), Some(1792));
        assert_eq!(machine(&task), None);
        assert_eq!(machine(&sizing(&[("instance_type", "ml.m5.large")])).as_deref(), Some("ml.m5.large"));
    }

    #[test]
    fn a_long_training_run_is_not_ended_before_its_time() {
        assert_eq!(runtime_seconds(&sizing(&[])), 14_400);
        assert_eq!(runtime_seconds(&sizing(&[("hours_per_run", "4.15")])), 32_400);
        assert_eq!(runtime_seconds(&sizing(&[("hours_per_run", "nan")])), 14_400);
    }

    #[test]
    fn a_value_that_could_break_out_is_not_taken() {
        let sizing = sizing(&[("instance_count", "2\" }\nresource"), ("units", "3")]);
        assert_eq!(pick(&sizing, "instance_count|units").as_deref(), Some("3"));
    }

    #[test]
    fn a_missing_value_is_an_error() {
        let mut environment = new_environment::<Shared>().unwrap();
        environment.add_template("t", "{{ absent }}").unwrap();
        assert!(render(&environment, "t", &context! {}).is_err());
    }
}
