//! Requests signed with the function's role: AWS Signature Version 4.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::identity::Identity;
use secrecy::SecretString;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The headers that a POST needs beside its own to be let in.
pub(crate) fn headers(
    url: &str,
    own: &[(String, String)],
    body: &[u8],
    credentials: Credentials,
    region: &str,
    service: &str,
    now: SystemTime,
) -> Result<Vec<(String, SecretString)>, BoxError> {
    let identity = Identity::from(credentials);
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(SigningSettings::default())
        .build()?
        .into();
    let own = own.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new("POST", url, own, SignableBody::Bytes(body))?;
    let (instructions, _) = sign(request, &params)?.into_parts();
    Ok(instructions.headers().map(|(name, value)| (name.to_owned(), SecretString::from(value.to_owned()))).collect())
}

/// Under which domain a region's endpoints are.
pub(crate) fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// The type of an AWS error of the JSON protocols, without its namespace.
pub(crate) fn error_type(body: &[u8]) -> String {
    let kind = serde_json::from_slice::<serde_json::Value>(body)
        .ok()
        .and_then(|body| body.get("__type").and_then(|kind| kind.as_str().map(str::to_owned)))
        .unwrap_or_default();
    kind.rsplit('#').next().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(80).collect()
}
