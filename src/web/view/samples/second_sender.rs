//! The Opportunities page where another tool sends too.

use super::{HOSTILE, opportunities::complete, page};
use crate::{
    service::second_sender::SecondSender,
    web::view::{Obstacle, Opportunities, Remedy, Tone},
};

pub(super) fn samples() -> [(&'static str, String); 1] {
    [("opportunities-second-sender", page(&second_sender()))]
}

fn second_sender() -> Opportunities {
    let text = format!(
        "Ids that Opportune did not make came with quote {HOSTILE}. 4 quotes and sales are held for it. {}",
        SecondSender::WHAT_TO_DO
    );
    let mut page = complete();
    page.switch.obstacles = vec![Obstacle {
        tone: Tone::Bad,
        heading: "Nothing is sent: another tool also creates opportunities in Autotask for your quotes"
            .to_owned(),
        text,
        remedy: Some(Remedy::StartSending),
    }];
    page
}

#[test]
fn sending_again_is_a_button_that_needs_no_script() {
    let form = r#"<form method="post" action="/apps/autotask/opportunities/second-sender"><button"#;
    assert!(page(&second_sender()).contains(form));
    assert!(!page(&complete()).contains(form));
}
