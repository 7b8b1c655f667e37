//! Who is let in, and that nobody reads a key.

use axum::{Router, extract::Request, http::StatusCode};
use model::{Access, Failure, Fault, Key, KeyError};

use super::*;

#[tokio::test]
async fn a_wrong_key_is_refused_and_not_repeated() {
    for provider in [Provider::Anthropic, Provider::Openai] {
        let server = Server::start(provider, vec![say()]).await;
        let http = http_client(&server.address()).unwrap();
        let wrong = Access::Key(Key::new("sk-wrong-key").unwrap());
        let asker = Asker::new(server.address(), wrong, http, Arc::new(InMemoryCircuits::default()));
        let asked = asked::<Review>(&asker, &question(), &session()).await;
        let Err(failure @ Failure::Rejected(Fault::Refused { status: 401, .. })) = &asked.outcome else {
            panic!("{:?}", asked.outcome)
        };
        assert_eq!(asked.account.requests, 1);
        assert!(!format!("{failure} {failure:?}").contains("sk-wrong-key"));
    }
}

#[tokio::test]
async fn a_key_that_the_server_repeats_is_taken_out() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(|request: Request| async move {
        let key = request.headers()["authorization"].to_str().unwrap().replace("Bearer ", "");
        (StatusCode::UNAUTHORIZED, format!("{{\"error\":{{\"message\":\"Incorrect API key provided: {key}.\"}}}}"))
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let address: model::Address = format!("openai:{url}/v1#x").parse().unwrap();
    let access = Access::Key(Key::new("sk-telltale").unwrap());
    let asker =
        Asker::new(address.clone(), access, http_client(&address).unwrap(), Arc::new(InMemoryCircuits::default()));
    let failure = asked::<Review>(&asker, &question(), &session()).await.outcome.unwrap_err();
    let told = format!("{failure:?}");
    assert!(told.contains("Incorrect API key provided") && !told.contains("telltale"), "{told}");
}

#[tokio::test]
async fn a_request_to_bedrock_without_the_right_signature_is_refused() {
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    let server = Server::start(Provider::Bedrock, vec![say()]).await;
    let http = http_client(&server.address()).unwrap();
    for (key, secret, token) in [
        ("AKIDMOCK", "another-secret", Some("session")),
        ("AKIDMOCK", "mock-secret-access-key", None),
        ("AKIDOTHER", "mock-secret-access-key", Some("session")),
    ] {
        let credentials = Credentials::new(key, secret, token.map(str::to_owned), None, "test");
        let access = Access::Role(SharedCredentialsProvider::new(credentials));
        let asker = Asker::new(server.address(), access, http.clone(), Arc::new(InMemoryCircuits::default()));
        let asked = asked::<Review>(&asker, &question(), &session()).await;
        let is_refused = matches!(asked.outcome, Err(Failure::Rejected(Fault::Refused { status: 403, .. })));
        assert!(is_refused, "{key} {token:?}: {:?}", asked.outcome);
    }
    assert_eq!(server.complaints().len(), 3);
}

#[tokio::test]
async fn a_key_is_read_from_secrets_manager() {
    use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(|request: Request| async move {
        let (parts, body) = request.into_parts();
        let header = |name: &str| parts.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("x-amz-target"), "secretsmanager.GetSecretValue");
        assert_eq!(header("content-type"), "application/x-amz-json-1.1");
        let authorization = header("authorization");
        assert!(authorization.contains("/eu-west-1/secretsmanager/aws4_request"), "{authorization}");
        let body = axum::body::to_bytes(body, 10_000).await.unwrap();
        let arn = serde_json::from_slice::<Value>(&body).unwrap()["SecretId"].as_str().unwrap().to_owned();
        if arn.ends_with(":missing") {
            let error = r#"{"__type":"com.amazonaws#ResourceNotFoundException","Message":"no"}"#;
            return (StatusCode::BAD_REQUEST, error.to_owned());
        }
        (StatusCode::OK, json!({ "ARN": arn, "SecretString": "{\"api_key\": \"sk-from-there\"}" }).to_string())
    });
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let http = http_client(&"openai:x".parse().unwrap()).unwrap();
    let credentials = SharedCredentialsProvider::new(Credentials::new("AKID", "secret", None, None, "test"));
    let read = async |name: &str| {
        let arn = format!("arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}");
        Key::from_secrets_manager(&http, &credentials, &arn, Some(&endpoint)).await
    };
    let key = read("there").await.unwrap();
    assert!(!format!("{key:?}").contains("sk-from-there"));
    let error = read("missing").await.unwrap_err();
    let is_right = matches!(&error, KeyError::Refused { status: 400, said } if said == "ResourceNotFoundException");
    assert!(is_right, "{error:?}");
}
