//! What a test logs.
//!
//! There is one subscriber for the whole process, and it listens for threads that ask: a subscriber of each test's own
//! would change under the others' feet which places in the program log at all.

use std::{cell::RefCell, io, sync::Once};

use tracing_subscriber::{
    Layer, filter::dynamic_filter_fn, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt,
};

thread_local! {
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Begins to listen to this thread, which does everything that a test's runtime does: to everything from TRACE up.
pub fn listen() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let is_asked = dynamic_filter_fn(|_, _| HEARD.with_borrow(Option::is_some));
        let layer = fmt::layer().with_ansi(false).with_writer(|| Heard).with_filter(is_asked);
        registry().with(layer).init();
    });
    HEARD.set(Some(Vec::new()));
}

/// Everything that was logged since, and no more listening.
pub fn heard() -> String {
    let bytes = HEARD.take().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

struct Heard;

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.iter_mut().for_each(|heard| heard.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
