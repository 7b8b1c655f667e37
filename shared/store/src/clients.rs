//! The AWS clients, built once per process.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// The clients that the store needs, and the configuration for those that others need.
#[derive(Debug, Clone)]
pub struct Clients {
    /// Region, credentials, endpoint and HTTP client, for further clients (`aws_sdk_sfn::Client::new(&clients.config)`).
    pub config: SdkConfig,
    /// DynamoDB.
    pub dynamo: aws_sdk_dynamodb::Client,
    /// S3.
    pub s3: aws_sdk_s3::Client,
}

impl Clients {
    /// Clients as the environment says: on AWS by TLS, locally at `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_DYNAMODB`.
    pub async fn from_env() -> Self {
        let http =
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        // A connection that hangs must fail while the function still has time to try again.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .read_timeout(Duration::from_secs(10))
            .build();
        let config =
            aws_config::defaults(BehaviorVersion::latest()).http_client(http).timeout_config(timeouts).load().await;
        let s3_elsewhere = config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        Self::from_config(config, s3_elsewhere)
    }

    /// Clients of a given configuration. `s3_path_style` puts the bucket into the path, because a local endpoint has no
    /// name server for `<bucket>.localhost`.
    pub fn from_config(config: SdkConfig, s3_path_style: bool) -> Self {
        let dynamo = aws_sdk_dynamodb::Client::new(&config);
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(s3_path_style).build();
        Self { dynamo, s3: aws_sdk_s3::Client::from_conf(s3), config }
    }
}
