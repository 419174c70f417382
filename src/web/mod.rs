//! The pages of the web app.

pub mod view;
