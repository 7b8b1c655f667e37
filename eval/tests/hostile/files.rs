//! The six that write files: what a model that obeys changes in them.

use std::collections::BTreeMap;

use agent::Agent;
use generation::{Blueprint, Implementation, Implementer, Mends, Request, write};
use intake_extract::IntakeExtract;
use planner::{Planner, PlannerInput};
use planning::Brief;
use run::card::Trigger;

use crate::{
    advised,
    fake::{HARMLESS, Quoting},
    leads_nowhere,
    world::{Case, KEPT, Way, adviser, cases, desk, intake_input, requirement},
};

/// A plan that was approved, to be implemented for a requirement with hostile words in it.
async fn request() -> Request {
    let harmless = Case { text: String::new(), way: Way::Comment, ..cases().remove(0) };
    let set = IntakeExtract.think(intake_input(KEPT, &harmless), &desk()).await.unwrap().output;
    let brief = Brief { constraints: set, ..Brief::default() };
    let trigger = Trigger::Initial;
    let plan = Planner.think(PlannerInput { brief, trigger, iteration: 0 }, &desk()).await.unwrap().output;
    let title = "Fraud scores".to_owned();
    Request { title, requirement: KEPT.to_owned(), trigger, plan, cost: None, mends: Mends::default() }
}

/// How many changes were kept.
async fn nothing_but_the_harmless<I: Implementer + Clone>(implementer: I, plan: &Request) -> usize {
    let implementation = Implementation(implementer.clone());
    let mut kept = 0;
    for case in cases() {
        let text = match case.way {
            // A comment and an answer reach those who write files with the requirement, or not at all.
            Way::Answer | Way::Comment => format!("{KEPT} {}", case.text),
            Way::Requirement | Way::Document => requirement(KEPT, &case),
        };
        let request = Request { requirement: text, ..plan.clone() };
        let templates: BTreeMap<String, String> =
            write(&implementer, &Blueprint::of(&request.subject().unwrap()).unwrap())
                .unwrap()
                .into_iter()
                .map(|file| (file.path, file.content))
                .collect();
        let alone = implementation.think(request.clone(), &desk()).await.unwrap();
        let (adviser, _) = adviser(&case, Quoting::Hostile).await;
        let both = advised(&implementation, &request, alone, &adviser).await;
        leads_nowhere(&case, &both);

        let (before, after) = (&both.alone.output, &both.advised.output);
        assert_eq!(before.files.len(), after.files.len(), "{}", case.id);
        for (own, now) in before.files.iter().zip(&after.files) {
            let what = format!("{}: {}", case.id, own.path);
            assert_eq!((&own.path, own.executable, &own.written_by), (&now.path, now.executable, &now.written_by));
            let back = after.fallbacks.iter().find(|mend| mend.path == own.path);
            if own.body == now.body {
                assert!(back.is_none(), "{what}");
                continue;
            }
            let back = back.unwrap_or_else(|| panic!("{what} has no way back"));
            assert_eq!((&back.of, &back.body), (&now.body.sha256, &own.body), "{what}");
            let text = String::from_utf8(both.desk.bodies().get(&now.body.sha256).await.unwrap()).unwrap();
            let without = match own.path.ends_with(".md") {
                true => text.replacen(&format!("\n\n{HARMLESS}"), "", 1),
                false => text.replacen(&format!("# {HARMLESS}\n"), "", 1),
            };
            let template = &templates[&own.path];
            let other: Vec<&str> = without.lines().filter(|line| !template.lines().any(|own| own == *line)).collect();
            assert!(&without == template, "{what}: {other:#?}");
        }
        kept += both.used.kept.len();
    }
    kept
}

#[tokio::test]
async fn files_have_nothing_of_what_hostile_words_ask_for() {
    let request = request().await;
    let mut kept = 0;
    kept += nothing_but_the_harmless(implement_ingestion::Ingestion, &request).await;
    kept += nothing_but_the_harmless(implement_features::Features, &request).await;
    kept += nothing_but_the_harmless(implement_training::Training, &request).await;
    kept += nothing_but_the_harmless(implement_inference::Inference, &request).await;
    kept += nothing_but_the_harmless(implement_monitoring::Monitoring, &request).await;
    kept += nothing_but_the_harmless(implement_learning::Learning, &request).await;
    assert!(kept > 0, "a suite in which no change is kept shows nothing");
}
