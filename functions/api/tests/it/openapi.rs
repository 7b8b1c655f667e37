//! The OpenAPI document is a snapshot that the UI's types are made from.

const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// `UPDATE_OPENAPI=1 cargo test -p api openapi` writes it.
#[test]
fn the_document_is_the_one_in_the_repository() {
    let document = api::openapi_json();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(SNAPSHOT, document).unwrap();
    }
    let stored = std::fs::read_to_string(SNAPSHOT).unwrap_or_default();
    assert!(
        stored == document,
        "functions/api/openapi.json is not what the code says; refresh it with\n    UPDATE_OPENAPI=1 cargo test -p api openapi"
    );
}
