//! Bodies in S3 under their SHA-256.

use std::time::Duration;

use aws_sdk_s3::{
    error::{ProvideErrorMetadata, SdkError},
    operation::get_object::GetObjectError,
    presigning::PresigningConfig,
    primitives::ByteStream,
};
use jiff::Timestamp;
use run::{
    body::{BodyRef, Sha256Hex},
    id::{OwnerId, ProjectId},
};

use crate::{Store, StoreError, keys, table};

/// Two writers of one body meet at most for the time of an upload.
const PUT_TRIES: u32 = 3;

/// How a browser is to treat what it downloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// Name of the file to save.
    pub filename: String,
    /// Media type.
    pub content_type: String,
}

/// A URL that gives its holder one body for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// The URL.
    pub url: String,
    /// Until when it works. Credentials of a role can end it sooner.
    pub expires_at: Timestamp,
}

impl Store {
    /// Stores a body of a project; storing it again is harmless.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_body(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        bytes: impl Into<Vec<u8>>,
        content_type: &str,
    ) -> Result<BodyRef, StoreError> {
        let bytes = bytes.into();
        let reference = BodyRef::of(&bytes);
        let key = keys::body(owner, project, &reference.sha256);
        let mut tries = 0;
        loop {
            tries += 1;
            let put = self
                .s3
                .put_object()
                .bucket(&self.bucket)
                .key(&key)
                .content_type(content_type)
                // The name is the hash: what is there under it is the same body.
                .if_none_match("*")
                .body(ByteStream::from(bytes.clone()));
            match put.send().await {
                Ok(_) => return Ok(reference),
                Err(error) => match error.as_service_error().and_then(ProvideErrorMetadata::code) {
                    Some("PreconditionFailed") => return Ok(reference),
                    // Someone else is at the same body this moment, and may yet fail.
                    Some("ConditionalRequestConflict") if tries < PUT_TRIES => {
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                    _ => return Err(table::service("s3:PutObject", error)),
                },
            }
        }
    }

    /// Reads a body of a project, and checks that it is the one that its hash says.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Corrupt` when it is another.
    pub async fn get_body(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        sha256: &Sha256Hex,
    ) -> Result<Vec<u8>, StoreError> {
        let key = keys::body(owner, project, sha256);
        let answer = match self.s3.get_object().bucket(&self.bucket).key(key).send().await {
            Ok(answer) => answer,
            Err(SdkError::ServiceError(error)) if matches!(error.err(), GetObjectError::NoSuchKey(_)) => {
                return Err(StoreError::not_found("body", sha256));
            }
            Err(error) => return Err(table::service("s3:GetObject", error)),
        };
        let bytes = answer.body.collect().await.map_err(|error| StoreError::Service {
            what: "s3:GetObject",
            retryable: true,
            source: Box::new(error),
        })?;
        let bytes = bytes.into_bytes().to_vec();
        let found = Sha256Hex::of(&bytes);
        if found == *sha256 {
            Ok(bytes)
        } else {
            Err(StoreError::corrupt("body", sha256, format!("what is stored under it has the hash {found}")))
        }
    }

    /// A signed URL for a body; made without asking S3, so it is not known whether the body is there.
    ///
    /// # Errors
    /// When the time to live is longer than a week or there are no credentials.
    pub async fn presign_get(
        &self,
        owner: &OwnerId,
        project: &ProjectId,
        sha256: &Sha256Hex,
        download: &Download,
        ttl: Duration,
    ) -> Result<SignedUrl, StoreError> {
        let what = "s3:GetObject (signing)";
        let now = Timestamp::now();
        let config = PresigningConfig::expires_in(ttl).map_err(|error| StoreError::Service {
            what,
            retryable: false,
            source: Box::new(error),
        })?;
        let request = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(keys::body(owner, project, sha256))
            .response_content_disposition(disposition(&download.filename))
            .response_content_type(&download.content_type)
            .presigned(config)
            .await
            .map_err(|error| table::service(what, error))?;
        let expires_at = now.checked_add(ttl).unwrap_or(now);
        Ok(SignedUrl { url: request.uri().to_owned(), expires_at })
    }
}

/// A `Content-Disposition` for any file name (RFC 6266): plain letters for old clients, all of it for the others.
fn disposition(filename: &str) -> String {
    let plain: String = filename
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' })
        .collect();
    let mut encoded = String::new();
    for byte in filename.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_break_out_of_the_header() {
        let header = disposition("a\"\r\nSet-Cookie: x=1; é.zip");
        assert!(!header.contains('\r') && !header.contains('\n'));
        assert_eq!(header.matches('"').count(), 2, "{header}");
        assert!(header.ends_with("%C3%A9.zip"), "{header}");
    }
}
