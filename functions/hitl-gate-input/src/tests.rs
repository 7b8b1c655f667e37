use agent::MemoryBuilder;
use run::{
    answer::AnswerValue,
    body::BodyRef,
    id::{OwnerId, ProjectId, RunId},
    question::{DefaultBasis, Field, SmartDefault},
    record::{Progress, Run, RunStatus, Variant},
};

use super::*;

fn run() -> Run {
    Run {
        id: RunId::generate(),
        project_id: ProjectId::generate(),
        owner: OwnerId("local".into()),
        kind: "design".into(),
        version: 1,
        parent: None,
        title: "Churn".into(),
        variant: Variant::Full,
        status: RunStatus::Running,
        revision: 7,
        last_sequence: 7,
        attempt: 1,
        progress: Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None },
        open_gate: None,
        failure: None,
        input: BodyRef::of(b"{}"),
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

fn question(id: &str, priority: Priority, confidence: f64) -> Question {
    Question {
        id: id.into(),
        text: format!("What about {id}?"),
        why: "It sizes everything.".into(),
        priority,
        field: Field::Text { max_length: 100 },
        default: SmartDefault {
            value: AnswerValue::Text("usual".into()),
            confidence,
            reason: "usual".into(),
            basis: DefaultBasis::IndustryPractice,
        },
        others: Vec::new(),
    }
}

fn prepare(rounds: &[Vec<Question>], iteration: u32) -> Result<GateDraft, AgentError> {
    let mut memory = MemoryBuilder::new(run(), json!({})).iteration(iteration);
    for (round, questions) in (0_u32..).zip(rounds) {
        let set = QuestionSet { round, questions: questions.clone(), unasked: vec![] };
        memory = memory.output(Node::AdaptiveQuestions.as_str(), round, &set).unwrap();
    }
    InputGate.prepare(&memory.build())
}

#[test]
fn it_asks_the_questions_of_its_own_round() {
    let first = vec![question("budget", Priority::High, 0.9), question("region", Priority::Critical, 0.4)];
    let second = vec![question("latency", Priority::Medium, 0.7)];
    let draft = prepare(&[first.clone(), second], 0).unwrap();
    assert_eq!(draft.questions, first);
    assert_eq!(draft.card.confidence.value, 0.4);
    assert_eq!(draft.card.priority, Priority::Critical);
    assert!(draft.summary.contains("1 of them critical"), "{}", draft.summary);
    assert_eq!(draft.options, vec![Decision::Approve]);
}

#[test]
fn without_questions_it_asks_for_a_confirmation() {
    let draft = prepare(&[vec![]], 0).unwrap();
    assert!(draft.questions.is_empty());
    assert!(draft.card.decision.contains("confirm"));
}

#[test]
fn questions_that_are_not_there_are_an_error_and_not_an_empty_form() {
    let error = prepare(&[vec![question("budget", Priority::High, 0.9)]], 1).unwrap_err();
    assert_eq!(error.name(), "MemoryIncomplete");
}
