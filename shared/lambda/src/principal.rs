//! Who is asking: the one place that says so.
//!
//! There is no sign-in yet. Whoever reaches the API is the one principal `local`, on AWS as on the local platform, so a
//! deployment must not be reachable by strangers. With sign-in, the authorizer's claims are read here, and nothing else
//! changes: every item and object key carries the owner already.

use run::{gate::Actor, id::OwnerId};

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name under which decisions are recorded.
    pub name: String,
}

impl Principal {
    /// The principal of a request.
    pub fn of_request() -> Self {
        Self { name: "local".to_owned() }
    }

    /// The owner whose projects the principal sees.
    pub fn owner(&self) -> OwnerId {
        OwnerId(self.name.clone())
    }

    /// The principal as one who decides at gates.
    pub fn actor(&self) -> Actor {
        Actor { name: self.name.clone() }
    }
}
