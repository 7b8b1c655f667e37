//! What a stream is, and what reads it where a plan names nothing that does.

/// The pattern that reads a stream. A stream that nobody reads would be thrown away: where a plan on AWS has a stream and
/// no reader, the repository brings this one.
pub const CONSUMER: &str = "serve.lambda-stream-consumer";

/// True when one of the services keeps events only until they are read.
pub fn is_stream(services: &[String]) -> bool {
    services.iter().any(|service| {
        let service = service.to_lowercase();
        ["kinesis data streams", "msk", "kafka"].iter().any(|name| service.contains(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn the_catalogue_has_the_consumer_and_streams() {
        let catalogue = Catalogue::embedded().unwrap();
        assert!(catalogue.pattern(CONSUMER).is_some());
        let streams = |id: &str| is_stream(&catalogue.pattern(id).unwrap().services);
        assert!(streams("ingest.kinesis-data-streams") && streams("ingest.msk-serverless"));
        assert!(!streams("ingest.firehose-s3") && !streams("ingest.s3-batch-landing"));
    }
}
