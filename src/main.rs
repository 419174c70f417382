//! The `opportune` command.

fn main() {}
