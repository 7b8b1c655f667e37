//! Bodies: by hash, idempotent, with signed URLs.

use std::time::Duration;

use run::{
    body::Sha256Hex,
    id::{OwnerId, ProjectId},
};
use store::{Download, StoreError};

use crate::support::{World, owner};

#[tokio::test]
async fn a_body_is_stored_once_and_read_back() {
    let world = World::new().await;
    let project = ProjectId::generate();
    for bytes in [b"".to_vec(), b"hello".to_vec(), vec![0xff; 3_000_000]] {
        let first = world.store.put_body(&owner(), &project, bytes.as_slice(), "text/plain").await.unwrap();
        let again = world.store.put_body(&owner(), &project, bytes.as_slice(), "text/plain").await.unwrap();
        assert_eq!(first, again);
        assert_eq!(first.size, bytes.len() as u64);
        assert_eq!(world.store.get_body(&owner(), &project, &first.sha256).await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_body_is_reached_only_through_its_project() {
    let world = World::new().await;
    let project = ProjectId::generate();
    let body = world.store.put_body(&owner(), &project, b"x".as_slice(), "text/plain").await.unwrap();
    for (owner, project) in [(owner(), ProjectId::generate()), (OwnerId("other".into()), project)] {
        let result = world.store.get_body(&owner, &project, &body.sha256).await;
        assert!(matches!(result, Err(StoreError::NotFound { what: "body", .. })), "{result:?}");
    }
}

#[tokio::test]
async fn a_damaged_body_is_not_given_out() {
    let world = World::new().await;
    let project = ProjectId::generate();
    let sha256 = Sha256Hex::of(b"right");
    let key = format!("owner/{}/project/{project}/body/{sha256}", owner());
    let wrong = aws_sdk_s3::primitives::ByteStream::from_static(b"wrong");
    world.s3.put_object().bucket("bodies").key(key).body(wrong).send().await.unwrap();
    let result = world.store.get_body(&owner(), &project, &sha256).await;
    assert!(matches!(result, Err(StoreError::Corrupt { .. })), "{result:?}");
}

#[tokio::test]
async fn a_signed_url_gives_the_body_to_a_plain_client_until_it_expires() {
    let world = World::new().await;
    let project = ProjectId::generate();
    let body = world.store.put_body(&owner(), &project, b"zip".as_slice(), "application/json").await.unwrap();
    let download = Download { filename: "répo \"1\".zip".into(), content_type: "application/zip".into() };
    let owner = owner();
    let sign = |ttl| world.store.presign_get(&owner, &project, &body.sha256, &download, ttl);
    let signed = sign(Duration::from_secs(60)).await.unwrap();
    assert!(signed.expires_at > jiff::Timestamp::now());
    let answer = reqwest::get(&signed.url).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/zip");
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.contains("filename*=UTF-8''r%C3%A9po%20%221%22.zip"), "{disposition}");
    assert_eq!(answer.bytes().await.unwrap().as_ref(), b"zip");
    let other = signed.url.replace(body.sha256.as_str(), Sha256Hex::of(b"other").as_str());
    assert_eq!(reqwest::get(other).await.unwrap().status(), 403, "a signature is for one body");
    let short = sign(Duration::from_secs(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(reqwest::get(short.url).await.unwrap().status(), 403);
    let long = sign(Duration::from_secs(8 * 24 * 3600)).await;
    assert!(matches!(long, Err(StoreError::Service { retryable: false, .. })), "{long:?}");
}
