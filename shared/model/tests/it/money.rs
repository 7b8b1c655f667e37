//! What is not asked, because it was asked before, costs too much, or would fail.

use jiff::{SignedDuration, Timestamp};
use model::{
    Ceilings, Failure, Limit, PriceList, Spent,
    cache::{AnswerCache, CacheError, InMemoryAnswers},
    circuit::{Circuit, CircuitError, Stored},
};

use super::*;

#[tokio::test]
async fn an_equal_question_is_answered_from_the_cache() {
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![say(), Act::Status(500, None)]).await;
        let (asker, cache) = (asker(&server), InMemoryAnswers::default());
        let session = Session { cache: Some(&cache), ..session() };
        let first = asked::<Review>(&asker, &question(), &session).await;
        let second = asked::<Review>(&asker, &question(), &session).await;
        assert_eq!(first.outcome.unwrap(), second.outcome.unwrap());
        assert!(!first.account.cache_hit && second.account.cache_hit);
        assert_eq!((second.account.requests, second.account.usage.total(), second.account.usd), (0, 0, Some(0.0)));
        let other = Question { prompt: "And this one?".into(), ..question() };
        assert!(asked::<Review>(&asker, &other, &session).await.outcome.is_err(), "another question is asked");
    }
}

#[tokio::test]
async fn tokens_that_nobody_tells_are_counted_by_length() {
    for is_stream in [false, true] {
        let server = Server::start(Provider::Openai, vec![say(), Act::Uncounted(right().to_string())]).await;
        let (asker, listener) = (asker(&server), |_: Passing<'_>| {});
        let mut session = session();
        if is_stream {
            session.passing = Some(&listener);
        }
        let told = asked::<Review>(&asker, &question(), &session).await.account;
        let untold = asked::<Review>(&asker, &question(), &session).await.account;
        assert!(!told.is_estimate && untold.is_estimate);
        let whole = right().to_string().len() as u64;
        assert_eq!(untold.usage.output, whole.div_ceil(3));
        assert!(untold.usage.input > 0);
        // The next one would go beyond the ceiling: what was not told counts.
        let ceilings = Ceilings { tokens: Some(untold.usage.total() + 500), usd: None };
        let spent = Spent { tokens: untold.usage.total(), usd: 0.0 };
        let session = Session { ceilings, spent, ..session };
        let third = asked::<Review>(&asker, &question(), &session).await;
        assert!(matches!(third.outcome, Err(Failure::Ceiling { limit: Limit::Tokens })), "{third:?}");
    }
}

#[tokio::test]
async fn only_what_has_the_right_shape_is_kept_and_taken() {
    let server = Server::start(Provider::Openai, vec![Act::Say("{}".into()), Act::Say("{}".into()), say()]).await;
    let (asker, cache) = (asker(&server), InMemoryAnswers::default());
    let session = Session { cache: Some(&cache), ..session() };
    assert!(asked::<Review>(&asker, &question(), &session).await.outcome.is_err());
    assert!(cache.is_empty(), "a wrong answer is not kept");
    // As an older version of the program might have left it.
    cache.put(&question().hash(&server.address()), &json!({ "findings": 1 })).await.unwrap();
    let asked = asked::<Review>(&asker, &question(), &session).await;
    assert!(asked.outcome.is_ok() && !asked.account.cache_hit);
}

#[tokio::test]
async fn a_run_that_has_spent_its_share_is_not_asked_for_more() {
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![say()]).await;
        let price = PriceList::shipped().find(&"anthropic:claude-sonnet-5".parse().unwrap()).cloned();
        let asker = asker(&server).price(price);
        let ceilings = Ceilings { tokens: Some(2_000), usd: Some(0.10) };
        let asked = async |tokens, usd| {
            let session = Session { ceilings, spent: Spent { tokens, usd }, ..session() };
            asked::<Review>(&asker, &question(), &session).await
        };
        let first = asked(0, 0.0).await;
        assert!(first.outcome.is_ok() && first.account.usd.is_some_and(|usd| usd > 0.0), "{first:?}");
        let tokens = asked(1_600, 0.0).await;
        assert!(matches!(tokens.outcome, Err(Failure::Ceiling { limit: Limit::Tokens })), "{tokens:?}");
        let usd = asked(0, 0.0999).await;
        assert!(matches!(usd.outcome, Err(Failure::Ceiling { limit: Limit::Usd })), "{usd:?}");
        assert_eq!(server.seen().len(), 1, "{provider}: what is beyond the ceiling is not sent");
    }
}

#[tokio::test]
async fn a_repair_counts_as_well() {
    let server = Server::start(Provider::Anthropic, vec![Act::Say("no".repeat(300)), say()]).await;
    let asker = asker(&server);
    let session = Session { ceilings: Ceilings { tokens: Some(1_000), usd: None }, ..session() };
    let asked = asked::<Review>(&asker, &question(), &session).await;
    assert!(matches!(asked.outcome, Err(Failure::Ceiling { limit: Limit::Tokens })), "{asked:?}");
    assert_eq!(asked.account.requests, 1);
    assert!(asked.account.usage.total() > 0, "what was spent is told though there is no answer");
}

#[tokio::test]
async fn the_price_of_a_server_of_ones_own_is_not_known() {
    let server = Server::start(Provider::Openai, vec![say()]).await;
    assert_eq!(asked::<Review>(&asker(&server), &question(), &session()).await.account.usd, None);
}

#[tokio::test]
async fn a_provider_that_keeps_failing_is_left_alone_by_all() {
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![Act::Status(500, None)]).await;
        let circuits = Arc::new(InMemoryCircuits::default());
        // Each invocation has an asker of its own; six requests fail.
        for _ in 0..2 {
            let asked = asked::<Review>(&asker_with(&server, circuits.clone()), &question(), &session()).await;
            assert!(matches!(asked.outcome, Err(Failure::Unavailable { .. })), "{asked:?}");
        }
        let asker = asker_with(&server, circuits.clone());
        let third = asked::<Review>(&asker, &question(), &session()).await;
        assert!(matches!(third.outcome, Err(Failure::CircuitOpen { .. })), "{third:?}");
        assert_eq!(server.seen().len(), 6, "{provider}");

        // Half a minute later, one request finds out whether it is back.
        let key = server.address().to_string();
        let Stored { circuit, revision } = circuits.load(&key).await.unwrap();
        let past = Timestamp::now() - SignedDuration::from_secs(1);
        let rested = Circuit { open_until: Some(past), ..circuit };
        assert!(circuits.swap(&key, revision, &rested).await.unwrap());
        let again = asked::<Review>(&asker, &question(), &session()).await;
        assert!(matches!(again.outcome, Err(Failure::Unavailable { .. })), "{again:?}");
        let after = circuits.load(&key).await.unwrap().circuit;
        assert_eq!(after.opened, 2, "{after:?}");
    }
}

#[tokio::test]
async fn a_provider_that_is_back_is_asked_by_all() {
    let server = Server::start(Provider::Openai, vec![say()]).await;
    let circuits = Arc::new(InMemoryCircuits::default());
    let key = server.address().to_string();
    let past = Timestamp::now() - SignedDuration::from_secs(1);
    let open = Circuit { failures: 7, opened: 3, open_until: Some(past) };
    assert!(circuits.swap(&key, 0, &open).await.unwrap());
    assert!(asked::<Review>(&asker_with(&server, circuits.clone()), &question(), &session()).await.outcome.is_ok());
    assert_eq!(circuits.load(&key).await.unwrap().circuit, Circuit::default());
}

#[tokio::test]
async fn a_refusal_is_no_failure_of_the_provider() {
    let server = Server::start(Provider::Openai, vec![Act::Status(400, None)]).await;
    let circuits = Arc::new(InMemoryCircuits::default());
    for _ in 0..6 {
        let asked = asked::<Review>(&asker_with(&server, circuits.clone()), &question(), &session()).await;
        assert!(matches!(asked.outcome, Err(Failure::Rejected(_))), "{asked:?}");
    }
}

/// A store that is down.
struct Down;

impl Circuits for Down {
    fn load<'a>(&'a self, _: &'a str) -> model::BoxFuture<'a, Result<Stored, CircuitError>> {
        Box::pin(async { Err("the table is down".into()) })
    }

    fn swap<'a>(&'a self, _: &'a str, _: u64, _: &'a Circuit) -> model::BoxFuture<'a, Result<bool, CircuitError>> {
        Box::pin(async { Err("the table is down".into()) })
    }
}

impl AnswerCache for Down {
    fn get<'a>(&'a self, _: &'a str) -> model::BoxFuture<'a, Result<Option<Value>, CacheError>> {
        Box::pin(async { Err("the table is down".into()) })
    }

    fn put<'a>(&'a self, _: &'a str, _: &'a Value) -> model::BoxFuture<'a, Result<(), CacheError>> {
        Box::pin(async { Err("the table is down".into()) })
    }
}

#[tokio::test]
async fn without_its_store_a_model_is_asked_all_the_same() {
    let server = Server::start(Provider::Bedrock, vec![Act::Status(500, None), say()]).await;
    let session = Session { cache: Some(&Down), ..session() };
    let asked = asked::<Review>(&asker_with(&server, Arc::new(Down)), &question(), &session).await;
    assert!(asked.outcome.is_ok(), "{asked:?}");
}
