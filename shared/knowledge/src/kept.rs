//! What is kept of what was scored: one rule for the estimate, and for the services that are written.

use design::constraint::UseCase;

/// Days that what was scored is kept: outcomes that take a quarter of a year to come, such as whether somebody has left,
/// still find their record. Of data about persons too: they are what the purpose needs, and who asks for erasure is taken
/// out of them before (`erasure.py`).
pub const DAYS: u32 = 90;
/// What stands in a line beside the record, in kB: the ids, the time, the version of the model and the prediction. Lines
/// of generated repositories have 0.2 of a yes or no, 0.7 of a list of items, 1.0 of a forecast (measured, 2026-11).
const BESIDE_KB: f64 = 0.5;
/// What gzip leaves of a line: 0.15 to 0.4 of generated records (measured, 2026-11), which are more alike than real ones.
const PACKED: f64 = 0.4;
/// The same of an image, which is packed already: what Base64 added is gone.
const PACKED_IMAGE: f64 = 0.75;
/// The most that an image takes: it is kept as the network sees it, in kB of Base64.
const IMAGE_KB: f64 = 4.0;

/// Gigabytes that are kept of so many requests a month, once the first of them are deleted.
pub fn gigabytes(requests_month: f64, payload_kb: f64, use_case: Option<UseCase>) -> f64 {
    let line_kb = if use_case == Some(UseCase::ComputerVision) {
        PACKED_IMAGE * payload_kb.min(IMAGE_KB) + PACKED * BESIDE_KB
    } else {
        PACKED * (payload_kb + BESIDE_KB)
    };
    let months = f64::from(DAYS) * 12.0 / 365.0;
    requests_month * months * line_kb / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_a_year_of_lines_is_kept() {
        let kept = gigabytes(1e6, 2.0, None);
        assert!((kept - 2.96).abs() < 0.01, "{kept}");
    }

    #[test]
    fn of_an_image_no_more_than_what_the_network_sees() {
        let of = |payload| gigabytes(1e6, payload, Some(UseCase::ComputerVision));
        assert!(of(2.0) < of(400.0));
        assert!((of(400.0) - of(4000.0)).abs() < f64::EPSILON);
        assert!(of(400.0) < gigabytes(1e6, 400.0, Some(UseCase::DocumentProcessing)));
    }
}
