//! What planning takes: a whole plan, and the narrower look that tells what another answer would change.
//!
//! `cargo bench -p planning`; the constraints are those of the tests, from plain to impossible.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use estimate::{mock::requirements, sketches::Sketches};
use knowledge::catalogue::Catalogue;
use planning::{Brief, glance, plan};

fn planning(criterion: &mut Criterion) {
    let catalogue = Catalogue::embedded().expect("the catalogue");
    for (name, constraints) in requirements() {
        let brief = Brief { constraints, ..Brief::default() };
        criterion.bench_function(&format!("glance/{name}"), |bencher| {
            bencher.iter(|| glance(black_box(&brief), &Sketches::new(catalogue)).expect("a design"));
        });
        criterion.bench_function(&format!("plan/{name}"), |bencher| {
            bencher.iter(|| plan(black_box(&brief), catalogue).expect("a plan"));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    targets = planning
}
criterion_main!(benches);
