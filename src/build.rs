//! Embeds `static/` into the binary: hashed names, compressed once, nothing to deploy beside it.

fn main() {
    memory_serve::load_directory("./static");
}
