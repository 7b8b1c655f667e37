//! How the shape is asked for, and what is done where a server does not know it.

use model::{Failure, Form};

use super::*;

#[tokio::test]
async fn a_server_that_does_not_know_a_form_is_asked_by_the_next() {
    for (provider, knows, expected) in [
        (Provider::Bedrock, Form::Tool, vec![Form::Schema, Form::Tool]),
        (Provider::Anthropic, Form::Tool, vec![Form::Schema, Form::Tool]),
        (Provider::Openai, Form::Tool, vec![Form::Schema, Form::Tool]),
        (Provider::Bedrock, Form::Text, vec![Form::Schema, Form::Tool, Form::Text]),
        (Provider::Openai, Form::Text, vec![Form::Schema, Form::Tool, Form::Text]),
    ] {
        let server = Server::start_knowing(provider, vec![knows], vec![say()]).await;
        let asker = asker(&server);
        let first = asked::<Review>(&asker, &question(), &session()).await;
        first.outcome.unwrap();
        let forms = |server: &Server| server.seen().iter().map(|seen| seen.form).collect::<Vec<_>>();
        assert_eq!(forms(&server), expected, "{provider}");
        assert_eq!(first.account.form, Some(knows), "{provider}");
        // What was found out is kept.
        let second = asked::<Review>(&asker, &question(), &session()).await;
        assert_eq!(second.account.requests, 1, "{provider}");
        assert_eq!(server.complaints(), Vec::<String>::new(), "{provider}");
    }
}

#[tokio::test]
async fn a_server_that_knows_no_form_is_given_up() {
    for (provider, requests) in [(Provider::Bedrock, 3), (Provider::Anthropic, 2), (Provider::Openai, 3)] {
        let server = Server::start_knowing(provider, vec![], vec![say()]).await;
        let asked = asked::<Review>(&asker(&server), &question(), &session()).await;
        assert!(matches!(asked.outcome, Err(Failure::Rejected(_))), "{provider}: {:?}", asked.outcome);
        assert_eq!(asked.account.requests, requests, "{provider}");
    }
}

#[tokio::test]
async fn a_repair_tells_the_errors_in_the_way_of_the_form() {
    let wrong = || Act::answer(&json!({ "findings": ["a", "b", "c", "d"], "confidence": 7, "note": null }));
    for provider in PROVIDERS {
        let forms: &[Form] = match provider {
            Provider::Anthropic => &[Form::Schema, Form::Tool],
            Provider::Bedrock | Provider::Openai => &[Form::Schema, Form::Tool, Form::Text],
        };
        for form in forms {
            for is_stream in [false, true] {
                let server = Server::start_knowing(provider, vec![*form], vec![wrong(), say()]).await;
                let listener = |_: Passing<'_>| {};
                let mut session = session();
                if is_stream {
                    session.passing = Some(&listener);
                }
                let asked = asked::<Review>(&asker(&server), &question(), &session).await;
                assert_eq!(server.complaints(), Vec::<String>::new(), "{provider} {form:?}");
                asked.outcome.unwrap();
                let last = server.seen().pop().unwrap().body.to_string();
                for part in ["/confidence", "/findings", "You review designs.", "one bucket"] {
                    assert!(last.contains(part), "{provider} {form:?}: {part} is not in {last}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_limits_of_the_type_are_told_where_the_api_does_not_take_them() {
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![say()]).await;
        let question = Question { temperature: Some(0.2), ..question() };
        asked::<Review>(&asker(&server), &question, &session()).await.outcome.unwrap();
        let body = server.seen().pop().unwrap().body.to_string();
        assert!(body.contains("most items: 3") && body.contains("0.2"), "{provider}: {body}");
        assert!(!body.contains("maxItems"), "{provider}: {body}");
    }
}

#[tokio::test]
async fn an_answer_beyond_the_limits_of_the_type_is_refused_though_the_api_let_it_pass() {
    let long = json!({ "findings": ["a", "b", "c", "d"], "confidence": 0.5, "note": null });
    for provider in PROVIDERS {
        let server = Server::start(provider, vec![Act::answer(&long)]).await;
        let asked = asked::<Review>(&asker(&server), &question(), &session()).await;
        let Err(Failure::WrongShape { errors }) = asked.outcome else { panic!("{:?}", asked.outcome) };
        assert!(errors.iter().any(|error| error.contains("/findings")), "{errors:?}");
    }
}
