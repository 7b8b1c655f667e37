//! Pages of lists.

use serde::{Deserialize, Serialize};

use crate::problem::{Kind, Problem};

/// Which page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Most items on the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; left out for the first page. Opaque.
    pub cursor: Option<String>,
}

/// Most items on a page.
pub const LIMIT_MAX: u32 = 100;
const LIMIT_DEFAULT: u32 = 50;

/// Checks a limit, which is 50 when none is given.
///
/// # Errors
/// When it is not from 1 to 100.
pub fn limit(given: Option<u32>) -> Result<u32, Problem> {
    match given {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::field(
            Kind::ParameterInvalid,
            "limit",
            format!("is {limit}; a number from 1 to {LIMIT_MAX} is accepted"),
        )),
    }
}

impl PageQuery {
    /// The page for the store.
    ///
    /// # Errors
    /// When the limit is out of range.
    pub fn page(&self) -> Result<store::Page, Problem> {
        Ok(store::Page { limit: limit(self.limit)?, cursor: self.cursor.clone() })
    }
}
