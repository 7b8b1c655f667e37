//! Prices the plan from unit prices and stated usage.
