//! Tells the tests whether there is a platform to run on: without one they are ignored, with the reason, and never pass.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(platform)");
    println!("cargo::rerun-if-env-changed=PLATFORM_URL");
    if std::env::var_os("PLATFORM_URL").is_some() {
        println!("cargo::rustc-cfg=platform");
    }
}
