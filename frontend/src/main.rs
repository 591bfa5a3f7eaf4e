//! The page's start: trunk builds this binary into the wasm module that index.html loads.

fn main() {
    console_error_panic_hook::set_once();
    frontend::start();
}
