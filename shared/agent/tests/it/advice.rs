//! A model beside the rules: what is kept, what the record and the card say, and that nothing depends on it.

use std::{sync::Arc, time::Duration};

use agent::{
    Advice, Adviser, Agent, AgentError, CardDraft, Consultation, Consulted, Desk, Memory, Prompt, StoredCircuits,
    Taken, Thought, harness::run_advised_node,
};
use live::{FakeConnections, Live};
use model::{
    Asker, Ceilings, Patience, Provider, http_client,
    mock::{Act, Server},
};
use run::{
    card::{Category, Confidence, ReasonCard, Trigger},
    event::EventBody,
    message::ServerMessage,
    node::{NodeRecord, Thinker},
    record::Run,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::ConnectionId;
use tokio::time::Instant;

use crate::{
    support::{World, step},
    toy::{call, change, events, live},
};

/// Knows the animals that the rules name; a model may add those whose names are quoted from the requirement.
struct Zoo;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Animals {
    animals: Vec<String>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct More {
    more: Vec<String>,
}

const PROMPT: Prompt = Prompt { name: "zoo", text: "You know animals.\n---\nWhich are in {{ requirement | tojson }}?" };

impl Agent for Zoo {
    const NODE: &'static str = "planner";
    const NAME: &'static str = "Zoo";
    const READS: &'static [&'static str] = &[];
    type Input = String;
    type Output = Animals;
    type Signal = usize;

    fn recall(&self, memory: &Memory) -> Result<String, AgentError> {
        let asked: serde_json::Value = memory.input()?;
        Ok(asked["requirement"].as_str().unwrap_or_default().to_owned())
    }

    async fn think(&self, _: String, _: &Desk) -> Result<Thought<Animals, usize>, AgentError> {
        let confidence = Confidence { value: 0.5, basis: vec!["rules".into()] };
        Ok(Thought {
            output: Animals { animals: vec!["zebra".into()] },
            signal: 1,
            summary: "One animal.".into(),
            card: CardDraft::new(Trigger::Initial, Category::Requirements, "A zebra.", confidence),
            artifacts: Vec::new(),
        })
    }

    fn consult(&self, input: &String, _: &Thought<Animals, usize>) -> Consulted<Animals, usize> {
        let prompt = PROMPT.render(&json!({ "requirement": input }))?;
        let requirement = input.clone();
        Ok(Some(Consultation::new(prompt, 200, move |thought: &mut Thought<Animals, usize>, answer: More| {
            let mut taken = Taken::default();
            for animal in answer.more {
                if requirement.contains(&animal) {
                    taken.keep(&animal, "it is in the requirement");
                    thought.output.animals.push(animal);
                } else {
                    taken.drop(&animal, "it is not in the requirement");
                }
            }
            taken
        })))
    }
}

fn adviser(world: &World, server: &Server, ceilings: Ceilings) -> Adviser {
    let patience = Patience {
        attempts: 3,
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(2),
        least: Duration::from_millis(1),
        ..Patience::default()
    };
    let http = http_client(&server.address()).unwrap();
    let circuits = Arc::new(StoredCircuits(world.store.clone()));
    let asker = Asker::new(server.address(), server.access(), http, circuits).patience(patience);
    Adviser::new(Arc::new(asker), ceilings)
}

struct Told {
    record: NodeRecord,
    card: ReasonCard,
    output: Animals,
}

async fn advised(world: &World, run: &Run, adviser: &Adviser, iteration: u32) -> Told {
    advised_before(world, run, adviser, iteration, &live(&world.store)).await
}

async fn advised_before(world: &World, run: &Run, adviser: &Adviser, iteration: u32, live: &Live) -> Told {
    let advice = Advice { adviser, deadline: Instant::now() + Duration::from_secs(30), told: None };
    let signal = run_advised_node(&Zoo, &world.store, live, &call(run, 1, iteration), Some(advice)).await.unwrap();
    assert_eq!(signal, 1);
    let record = world.store.node_record(&run.key(), &step("planner", iteration)).await.unwrap().unwrap();
    let body = world.store.get_body(&run.owner, &run.project_id, &record.output.sha256).await.unwrap();
    let mut cards = events(world, run).await.into_iter().filter_map(|event| match event.body {
        EventBody::ReasonCard(card) if card.step.iteration == iteration => Some(card),
        _ => None,
    });
    Told { record, card: cards.next_back().unwrap(), output: serde_json::from_slice(&body).unwrap() }
}

fn animals(names: &[&str]) -> Animals {
    Animals { animals: names.iter().map(|name| (*name).to_owned()).collect() }
}

#[tokio::test]
async fn what_was_kept_and_dropped_is_on_the_card_and_in_the_record() {
    for provider in [Provider::Bedrock, Provider::Anthropic, Provider::Openai] {
        let world = World::new().await;
        let run = world.run().await;
        // The requirement of the tests is "Recommend products".
        let server = Server::start(provider, vec![Act::answer(&json!({ "more": ["Recommend", "tiger"] }))]).await;
        let told = advised(&world, &run, &adviser(&world, &server, Ceilings::default()), 0).await;
        assert_eq!(server.complaints(), Vec::<String>::new());
        assert_eq!(told.output, animals(&["zebra", "Recommend"]));
        let used = told.record.model.unwrap();
        assert_eq!((used.outcome.as_str(), used.requests, used.cache_hit), ("answered", 1, false));
        assert_eq!(told.record.tokens_total, used.tokens_read + used.tokens_written);
        assert!(used.tokens_read > 0 && used.tokens_written > 0);
        assert_eq!(used.kept[0].label, "Recommend");
        assert_eq!(used.dropped[0].label, "tiger");
        // Rules alone and with the model can be compared.
        let alone = used.rules_alone.unwrap();
        let alone = world.store.get_body(&run.owner, &run.project_id, &alone.sha256).await.unwrap();
        assert_eq!(serde_json::from_slice::<Animals>(&alone).unwrap(), animals(&["zebra"]));
        let model = server.address().name;
        assert_eq!(told.card.thinker, Thinker::Model { provider: provider.to_string(), model });
        assert_eq!(told.record.thinker, told.card.thinker);
        let reasons = told.card.reasoning.join("\n");
        for part in ["1 kept, 1 dropped", "Kept from the model: Recommend", "Dropped from the model: tiger"] {
            assert!(reasons.contains(part), "{part} is not in {reasons}");
        }
    }
}

#[tokio::test]
async fn without_an_answer_the_rules_stand_and_the_card_says_why() {
    let world = World::new().await;
    let run = world.run().await;
    for (iteration, (act, outcome)) in [
        (Act::Status(400, None), "rejected"),
        (Act::Say("no JSON".into()), "wrong_shape"),
        (Act::Length("{".into()), "too_long"),
        (Act::Decline, "declined"),
        (Act::Status(500, None), "unavailable"),
        (Act::Status(500, None), "unavailable"),
    ]
    .into_iter()
    .enumerate()
    {
        let server = Server::start(Provider::Openai, vec![act]).await;
        let told = advised(&world, &run, &adviser(&world, &server, Ceilings::default()), iteration as u32).await;
        assert_eq!(told.output, animals(&["zebra"]), "{outcome}");
        let used = told.record.model.unwrap();
        assert_eq!((used.outcome.as_str(), used.rules_alone), (outcome, None));
        assert_eq!(told.card.thinker, Thinker::BuiltInRules);
        assert!(told.card.reasoning.last().unwrap().contains("The rules' result stands"), "{:?}", told.card.reasoning);
    }
}

#[tokio::test]
async fn nothing_is_kept_from_a_model_that_only_invents() {
    let world = World::new().await;
    let run = world.run().await;
    let server = Server::start(Provider::Bedrock, vec![Act::answer(&json!({ "more": ["tiger"] }))]).await;
    let told = advised(&world, &run, &adviser(&world, &server, Ceilings::default()), 0).await;
    assert_eq!((told.output, told.card.thinker), (animals(&["zebra"]), Thinker::BuiltInRules));
    assert_eq!(told.record.model.unwrap().rules_alone, None);
}

#[tokio::test]
async fn a_circuit_outlives_the_invocation() {
    let world = World::new().await;
    let run = world.run().await;
    let server = Server::start(Provider::Anthropic, vec![Act::Status(529, None)]).await;
    let mut outcomes = Vec::new();
    for iteration in 0..3 {
        // Each invocation has its own adviser; only the table is the same.
        let told = advised(&world, &run, &adviser(&world, &server, Ceilings::default()), iteration).await;
        outcomes.push(told.record.model.unwrap().outcome);
    }
    assert_eq!(outcomes, ["unavailable", "unavailable", "circuit_open"]);
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn an_equal_question_is_asked_once_in_a_project() {
    let world = World::new().await;
    let run = world.run().await;
    let server = Server::start(Provider::Anthropic, vec![Act::answer(&json!({ "more": [] }))]).await;
    let adviser = adviser(&world, &server, Ceilings::default());
    let first = advised(&world, &run, &adviser, 0).await.record.model.unwrap();
    // In another run nothing is decided yet, as it was in the first.
    let project = world.store.project(&run.owner, &run.project_id).await.unwrap();
    let again = world.store.create_run(store::testing::new_run(&project)).await.unwrap().run;
    let second = advised(&world, &again, &adviser, 0).await.record.model.unwrap();
    assert_eq!((first.cache_hit, second.cache_hit), (false, true));
    assert_eq!((second.requests, second.tokens_read, second.usd), (0, 0, Some(0.0)));
    let other = world.store.create_run(store::testing::new_run(&other_project(&world).await)).await.unwrap().run;
    let third = advised(&world, &other, &adviser, 0).await.record.model.unwrap();
    assert!(!third.cache_hit, "another project has its own cache");
}

async fn other_project(world: &World) -> run::record::Project {
    let owner = run::id::OwnerId("local".into());
    let new = store::NewProject { owner, name: "Other".into(), description: String::new(), idempotency: None };
    world.store.create_project(new).await.unwrap()
}

#[tokio::test]
async fn a_run_that_reached_its_ceiling_goes_on_with_rules() {
    let world = World::new().await;
    let run = world.run().await;
    let answers = vec![Act::answer(&json!({ "more": ["Recommend"] }))];
    let server = Server::start(Provider::Openai, answers).await;
    // The first question fits; what it took is in its record, and the next would go beyond.
    let adviser = adviser(&world, &server, Ceilings { tokens: Some(500), usd: None });
    let first = advised(&world, &run, &adviser, 0).await;
    assert_eq!(first.record.model.unwrap().outcome, "answered");
    change(&world.store, &run, store::Change::by_attempt(1).node(spender(&first.card))).await;
    let other = Server::start(Provider::Openai, vec![Act::answer(&json!({ "more": [] }))]).await;
    let third =
        advised(&world, &run, &self::adviser(&world, &other, Ceilings { tokens: Some(500), usd: None }), 3).await;
    assert_eq!(third.record.model.unwrap().outcome, "ceiling");
    assert_eq!(third.output, animals(&["zebra"]));
    assert!(third.card.reasoning.join(" ").contains("ceiling"));
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_model_is_told_what_the_run_decided_before() {
    let world = World::new().await;
    let run = world.run().await;
    let server = Server::start(Provider::Anthropic, vec![Act::answer(&json!({ "more": ["Recommend"] }))]).await;
    let adviser = adviser(&world, &server, Ceilings::default());
    let first = advised(&world, &run, &adviser, 0).await;
    assert!(!first.card.reasoning.join(" ").contains("was told"), "there was nothing to tell");
    let second = advised(&world, &run, &adviser, 1).await;
    let asked = |at: usize| server.seen()[at].body["messages"].to_string();
    assert!(!asked(0).contains("<history>"));
    assert!(asked(1).contains("<history>") && asked(1).contains("planner#0") && asked(1).contains("A zebra."));
    assert!(second.card.reasoning.join(" ").contains("1 of 1 decisions"), "{:?}", second.card.reasoning);
    assert_eq!(server.complaints(), Vec::<String>::new());
}

/// The record of another node that spent most of the run's share.
fn spender(card: &ReasonCard) -> NodeRecord {
    let mut record = crate::support::record("critic_tech", 0, 1);
    record.thinker = card.thinker.clone();
    record.model = Some(run::node::ModelUse {
        provider: "openai".into(),
        model: "qwen3".into(),
        outcome: "answered".into(),
        requests: 1,
        tokens_read: 400,
        tokens_written: 50,
        tokens_estimated: false,
        usd: None,
        latency_ms: 1,
        cache_hit: false,
        repaired: false,
        kept: Vec::new(),
        dropped: Vec::new(),
        rules_alone: None,
    });
    record
}

#[tokio::test]
async fn a_model_that_cannot_be_asked_is_told_on_the_card() {
    let world = World::new().await;
    let run = world.run().await;
    let adviser = Adviser::unavailable("anthropic:claude-sonnet-5".parse().unwrap(), "its key could not be read");
    let told = advised(&world, &run, &adviser, 0).await;
    assert_eq!(told.record.model.unwrap().outcome, "not_available");
    assert!(told.card.reasoning.join(" ").contains("its key could not be read"), "{:?}", told.card.reasoning);
}

/// What a model says reaches those who follow while it says it, as words and not as JSON; then the card comes and stays.
/// Who asks afterwards gets the stored events only, without gaps.
#[tokio::test]
async fn what_a_model_says_passes_while_it_says_it_and_is_not_stored() {
    for provider in [Provider::Bedrock, Provider::Anthropic, Provider::Openai] {
        let world = World::new().await;
        let run = world.run().await;
        let follower = ConnectionId("follower".into());
        world.store.subscribe(&run.key(), &follower).await.unwrap();
        let connections = Arc::new(FakeConnections::default());
        let live = Live::with(world.store.clone(), connections.clone());
        let answer = json!({ "more": ["Recommend", "tiger"] }).to_string();
        let server = Server::start(provider, vec![Act::Slowly(Duration::from_millis(120), answer)]).await;
        let told = advised_before(&world, &run, &adviser(&world, &server, Ceilings::default()), 0, &live).await;
        assert_eq!(told.record.model.unwrap().outcome, "answered");

        let messages = connections.messages(&follower);
        let card = messages.iter().position(|message| {
            matches!(message, ServerMessage::Event { event } if matches!(event.body, EventBody::ReasonCard(_)))
        });
        let mut read = String::new();
        for (index, message) in messages.iter().enumerate() {
            let ServerMessage::ReasoningDelta { decision_set_id, step: of, text, again } = message else { continue };
            assert!(index < card.unwrap(), "{provider}: nothing passes after the card");
            assert_eq!((decision_set_id, of, *again), (&run.id, &step("planner", 0), false));
            read.push_str(text);
        }
        assert!(read.starts_with("Recommend"), "{provider}: `{read}`");
        assert!("Recommend\ntiger".starts_with(&read), "{provider}: `{read}`");

        let stored = events(&world, &run).await;
        let numbers: Vec<u64> = stored.iter().map(|event| event.sequence).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
        assert_eq!(numbers.last(), Some(&world.store.run(&run.key()).await.unwrap().last_sequence));
    }
}
