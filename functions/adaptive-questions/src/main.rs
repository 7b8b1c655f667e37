//! Wiring of the `adaptive-questions` function.

#[tokio::main]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_advised_agent(adaptive_questions::AdaptiveQuestions).await
}
