//! What is taken from a model's criticism, guard by guard.

use design::plan::Capability;

use super::*;

fn selected() -> Candidate {
    let component = |pattern: &str, name: &str| design::plan::Component {
        capability: Capability::Serve,
        pattern: pattern.into(),
        name: name.into(),
        services: Vec::new(),
        sizing: Default::default(),
        max_per_second: None,
        latency_ms: 0.0,
        availability_percent: 99.9,
        rationale: "It fits.".into(),
        traces: Vec::new(),
    };
    Candidate {
        id: "a".into(),
        name: "Endpoint".into(),
        components: vec![component("serve.endpoint", "Endpoint"), component("store.s3", "Amazon S3")],
        ..Candidate::default()
    }
}

fn evidence() -> Vec<Evidence> {
    let mut evidence = Evidence::numbered(
        "stage",
        [
            (vec!["serve.endpoint".to_owned()], "80/s of 100/s, 80 % used".to_owned()),
            (vec!["store.s3".to_owned()], "nothing bounds it".to_owned()),
        ],
    );
    let text = "Latency: P95 within 300 ms (requirement text)".to_owned();
    evidence.push(Evidence { id: "constraint.latency".into(), patterns: Vec::new(), text });
    evidence
}

fn ours() -> Vec<Finding> {
    let finding = |id: &str, severity, replan| Finding {
        id: id.into(),
        severity,
        title: format!("Title of {id}"),
        evidence: "80 of 100".into(),
        remedy: "Two more units.".into(),
        patterns: vec!["serve.endpoint".into()],
        replan,
    };
    vec![finding("tech.latency", Severity::Blocking, true), finding("tech.queue", Severity::Info, false)]
}

fn good() -> ModelFinding {
    ModelFinding {
        pattern: "serve.endpoint".into(),
        evidence: vec!["stage.1".into(), "constraint.latency".into()],
        title: "At 80 % use a burst waits in the queue".into(),
        reason: "At 80 % use the time in the queue grows fast, and 300 ms leave little room.".into(),
        remedy: "Let the endpoint scale on its queue.".into(),
        severity: Weight::Blocking,
    }
}

fn added(proposed: Vec<ModelFinding>) -> (Vec<Finding>, Taken) {
    let mut findings = ours();
    let taken = add(&mut findings, "tech", &selected(), &evidence(), &CriticAnswer { findings: proposed });
    (findings, taken)
}

#[track_caller]
fn dropped(proposed: ModelFinding, reason: &str) {
    let (findings, taken) = added(vec![proposed.clone()]);
    assert_eq!(findings, ours(), "{proposed:?}");
    assert!(taken.kept.is_empty() && taken.dropped[0].value.contains(reason), "{:?} for {reason}", taken.dropped);
}

#[test]
fn a_finding_with_evidence_is_a_minor_one_that_says_whose_it_is() {
    let (findings, taken) = added(vec![good()]);
    assert_eq!(taken.dropped, []);
    let finding = findings.iter().find(|finding| finding.id == "tech.model.1").unwrap();
    assert_eq!((finding.severity, finding.replan), (Severity::Minor, false));
    assert!(finding.evidence.starts_with("Found by a model"));
    assert!(finding.evidence.contains("80/s of 100/s, 80 % used") && finding.evidence.contains("within 300 ms"));
    assert!(taken.kept[0].value.contains("at most a minor one"));
    // What the rules found stays, in its order.
    assert_eq!((&findings[0], &findings[2]), (&ours()[0], &ours()[1]));
}

#[test]
fn without_evidence_it_is_dropped() {
    dropped(ModelFinding { pattern: "serve.magic".into(), ..good() }, "no part of the selected design");
    dropped(ModelFinding { evidence: vec![], ..good() }, "rests on 0 facts");
    dropped(ModelFinding { evidence: vec!["stage.9".into()], ..good() }, "no evidence stage.9");
    dropped(ModelFinding { evidence: vec!["stage.2".into()], ..good() }, "says nothing of serve.endpoint");
    let all = ["stage.1", "stage.2", "constraint.latency", "a", "b"].map(str::to_owned);
    dropped(ModelFinding { evidence: all.into(), ..good() }, "rests on 5 facts");
}

#[test]
fn figures_of_its_own_are_dropped() {
    dropped(ModelFinding { title: "At 95 % use a burst waits".into(), ..good() }, "the figure 95%");
    dropped(ModelFinding { remedy: "It costs $1 a month.".into(), ..good() }, "the figure $1");
    dropped(ModelFinding { evidence: vec!["stage.1".into()], ..good() }, "the figure 300");
    let names_the_service = ModelFinding {
        pattern: "store.s3".into(),
        evidence: vec!["stage.2".into()],
        title: "S3 keeps no versions".into(),
        reason: "Nothing bounds it.".into(),
        ..good()
    };
    assert_eq!(added(vec![names_the_service]).1.dropped, []);
}

#[test]
fn words_that_lead_somewhere_are_dropped() {
    dropped(ModelFinding { title: "See https://evil.example".into(), ..good() }, "address");
    dropped(ModelFinding { reason: "Read [this](x)".into(), ..good() }, "markup");
    dropped(ModelFinding { remedy: "<script>alert()</script>".into(), ..good() }, "markup");
    dropped(ModelFinding { title: " ".into(), ..good() }, "no words");
}

#[test]
fn doubles_and_floods_are_dropped() {
    dropped(ModelFinding { title: "title OF tech.queue".into(), ..good() }, "the rules found it: tech.queue");
    let (findings, taken) = added(vec![good(), good()]);
    assert_eq!((findings.len(), taken.dropped.len()), (3, 1));
    let many = (0..9).map(|at| {
        let letter = char::from(b'a' + at);
        ModelFinding { title: format!("A burst waits, way {letter}"), ..good() }
    });
    let (findings, taken) = added(many.collect());
    assert_eq!((findings.len(), taken.kept.len(), taken.dropped.len()), (2 + MOST, MOST, 3));
}
