//! The AWS clients, built once per process.

use aws_config::SdkConfig;

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
        unimplemented!("skeleton")
    }
}
