//! The template against folders and state machine.

use std::collections::{BTreeMap, BTreeSet};

use design::node::Node;
use run::node::NodeInput;
use serde_json::Value as Json;
use serde_norway::Value;

use crate::{definition, definition_text, folders, pascal, read, substitutions};

fn resources() -> BTreeMap<String, Value> {
    let template: Value = serde_norway::from_str(&read("infra/template.yaml")).expect("the template is YAML");
    let resources = template["Resources"].as_mapping().expect("resources").clone();
    resources.into_iter().map(|(name, resource)| (name.as_str().expect("a name").to_owned(), resource)).collect()
}

fn of_type(wanted: &str) -> BTreeMap<String, Value> {
    resources().into_iter().filter(|(_, resource)| resource["Type"] == wanted).collect()
}

/// The value under an intrinsic function such as `!Ref`.
fn untagged(value: &Value) -> &Value {
    match value {
        Value::Tagged(tagged) => &tagged.value,
        other => other,
    }
}

/// The statement, also where it stands under a condition: `!If [condition, statement, !Ref AWS::NoValue]`.
fn statement(value: &Value) -> &Value {
    match untagged(value).as_sequence() {
        Some(choice) => {
            assert_eq!(untagged(&choice[2]), "AWS::NoValue", "{choice:?}");
            &choice[1]
        }
        None => value,
    }
}

fn state_machine() -> Value {
    resources()["DesignStateMachine"]["Properties"].clone()
}

#[test]
fn every_folder_is_a_function_of_the_same_name_and_every_function_a_folder() {
    let functions = of_type("AWS::Serverless::Function");
    let expected: BTreeSet<String> = folders().iter().map(|folder| format!("{}Function", pascal(folder))).collect();
    assert_eq!(functions.keys().cloned().collect::<BTreeSet<_>>(), expected);
    for folder in folders() {
        let function = &functions[&format!("{}Function", pascal(&folder))];
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{folder}");
        assert_eq!(function["Metadata"]["BuildProperties"]["Binary"], folder.as_str());
        let name = untagged(&function["Properties"]["FunctionName"]).as_str().unwrap();
        assert_eq!(name, format!("${{AWS::StackName}}-{folder}"));
        let manifest = read(&format!("functions/{folder}/Cargo.toml"));
        assert!(
            manifest.contains(&format!("name = \"{folder}\"")),
            "the package in functions/{folder} has another name"
        );
    }
}

#[test]
fn every_substitution_that_is_used_is_supplied_and_every_one_supplied_is_used() {
    let supplied = state_machine()["DefinitionSubstitutions"].as_mapping().unwrap().clone();
    let names: BTreeSet<String> = supplied.keys().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(substitutions(&definition_text()), names);
    for (name, value) in &supplied {
        let (name, value) = (name.as_str().unwrap(), untagged(value).as_str().unwrap());
        match name.strip_suffix("Arn") {
            Some(function) => assert_eq!(value, format!("{function}.Arn"), "{name}"),
            None => assert!(value == name || name == "Partition", "{name} is {value}"),
        }
    }
}

#[test]
fn the_state_machine_may_call_what_it_calls_and_nothing_else() {
    let definition = definition_text();
    let called: BTreeSet<String> = substitutions(&definition)
        .into_iter()
        .filter_map(|name| Some(format!("{}.Arn", name.strip_suffix("Arn")?)))
        .collect();
    let machine = state_machine();
    let statements = machine["Policies"][0]["Statement"].as_sequence().unwrap();
    let invoke = statements.iter().find(|statement| statement["Sid"] == "InvokeNodes").unwrap();
    let allowed: BTreeSet<String> = invoke["Resource"]
        .as_sequence()
        .unwrap()
        .iter()
        .map(|resource| untagged(resource).as_str().unwrap().to_owned())
        .collect();
    assert_eq!(called, allowed);
}

/// A task's timer must not end a function that is still allowed to work, or its retry would meet the first call.
#[test]
fn every_task_waits_longer_than_its_function_may_take() {
    let functions = of_type("AWS::Serverless::Function");
    let definition = definition();
    let mut compared = 0;
    let states = definition["States"].as_object().unwrap();
    let branches = states.values().filter_map(|state| state["Branches"].as_array()).flatten();
    let inside = branches.flat_map(|branch| branch["States"].as_object().unwrap());
    for (name, state) in states.iter().chain(inside) {
        let Some(function) = state["Resource"].as_str().and_then(|resource| resource.strip_suffix("Arn")) else {
            continue;
        };
        let allowed = functions[function]["Properties"]["Timeout"].as_u64().unwrap();
        let waits = state["TimeoutSeconds"].as_u64().unwrap();
        assert!(waits > allowed, "`{name}` waits {waits} s for {function}, which may take {allowed} s");
        compared += 1;
    }
    assert!(compared >= 19);
}

#[test]
fn every_role_is_the_functions_own_and_every_statement_is_narrow() {
    for (name, function) in of_type("AWS::Serverless::Function") {
        assert!(function["Properties"]["Role"].is_null(), "{name} shares a role");
        let mut sids = BTreeSet::new();
        for policy in function["Properties"]["Policies"].as_sequence().unwrap_or_else(|| panic!("{name} has no policy"))
        {
            for statement in policy["Statement"].as_sequence().unwrap().iter().map(statement) {
                let sid = statement["Sid"].as_str().unwrap_or_else(|| panic!("{name} has a statement without Sid"));
                assert!(sids.insert(sid.to_owned()), "{name} has `{sid}` twice");
                for action in statement["Action"].as_sequence().unwrap() {
                    assert!(!action.as_str().unwrap().contains('*'), "{name}: {action:?}");
                }
                assert_ne!(untagged(&statement["Resource"]).as_str().unwrap(), "*", "{name}: `{sid}`");
            }
        }
    }
}

/// Those who may ask a model are told of models and may reach them; nobody else is, and nobody else may.
#[test]
fn who_may_ask_a_model_has_what_it_takes_and_nobody_else() {
    let advised = Node::ADVISED.map(|node| node.as_str().replace('_', "-"));
    let functions = of_type("AWS::Serverless::Function");
    for folder in folders() {
        let properties = &functions[&format!("{}Function", pascal(&folder))]["Properties"];
        let statements = properties["Policies"][0]["Statement"].as_sequence().unwrap().iter().map(statement);
        let sids: Vec<&str> = statements.map(|statement| statement["Sid"].as_str().unwrap()).collect();
        let may = ["AskModelsOnBedrock", "AskProfilesOnBedrock", "ReadModelKey"].map(|sid| sids.contains(&sid));
        let told = !properties["Environment"]["Variables"]["MODEL_SECRET_ARN"].is_null();
        let asks = read(&format!("functions/{folder}/src/main.rs")).contains("serve_advised_agent");
        let expected = advised.contains(&folder);
        assert_eq!((may, told, asks), ([expected; 3], expected, expected), "{folder}");
    }
}

#[test]
fn every_function_keeps_its_logs_for_a_while_and_not_for_ever() {
    let groups = of_type("AWS::Logs::LogGroup");
    for folder in folders() {
        let group = &groups[&format!("{}LogGroup", pascal(&folder))]["Properties"];
        let name = untagged(&group["LogGroupName"]).as_str().unwrap();
        assert_eq!(name, format!("/aws/lambda/${{AWS::StackName}}-{folder}"));
        assert!(!group["RetentionInDays"].is_null(), "{folder}");
    }
}

/// Every node has a sample event, and each is what nodes are called with.
#[test]
fn sample_events_of_nodes_are_inputs_of_nodes() {
    for folder in Node::ALL.map(|node| node.as_str().replace('_', "-")) {
        let events = std::fs::read_dir(crate::root().join("functions").join(&folder).join("events"));
        let paths: Vec<_> =
            events.unwrap_or_else(|error| panic!("{folder}: {error}")).map(|entry| entry.unwrap().path()).collect();
        assert!(!paths.is_empty(), "{folder} has no sample event");
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            serde_json::from_str::<NodeInput>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
    }
}

/// Every sample event is JSON, so that `cargo lambda invoke` does not fail on its own example.
#[test]
fn sample_events_are_json() {
    let mut events = 0;
    for folder in folders() {
        let Ok(entries) = std::fs::read_dir(crate::root().join("functions").join(&folder).join("events")) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            serde_json::from_str::<Json>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            events += 1;
        }
    }
    assert!(events > 0);
}
