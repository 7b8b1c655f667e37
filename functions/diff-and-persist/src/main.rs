//! Wiring of the `diff-and-persist` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_agent(diff_and_persist::DiffAndPersist).await
}
