//! お問い合わせ: what people ask in the portal or on the phone, and what staff answer.
//! A question has a number, a promised day, and a thread that goes on in the
//! portal; letters carry the answers (mail that is sent back is not read).
//!
//! `state` is the machine, `rules` says what can be typed, who sees an inquiry and
//! what merges with what. Verbs have a file each.

mod answer;
mod assign;
pub mod canned;
mod close;
mod draft;
mod faq;
mod files;
pub mod mail;
mod merge;
mod model;
mod note;
mod repo;
mod rules;
mod send;
mod state;
mod ticket;
mod view;
pub mod worklist;
mod write;

#[cfg(test)]
mod tests;

pub use crate::content::Category;
pub use answer::{Answer, answer};
pub(crate) use assign::release_all;
pub use assign::{answers, hand_over, list_colleagues, release, take};
pub use close::{close, close_quiet, reopen};
pub use draft::{Draft, Owner, find_draft, find_sent, save_draft, sweep_drafts};
pub use faq::{ForFaq, for_faq};
pub use files::{
    FILE_MAX_BYTES, MOST_FILES, attach_to_draft, draft_files, file_for_staff, file_in_scope, may_upload,
    remove_from_draft,
};
pub use merge::{find_target, merge};
pub use model::{Author, Channel, ERASED_ASKER, Inquiry, Message};
pub use note::add_note;
pub use rules::{ANSWER_MAX_CHARS, Input, NOTE_MAX_CHARS, Offered, TEXT_MAX_CHARS, TEXT_MIN_CHARS, Typed, read_text};
pub use send::{Sender, Sent, send};
pub use state::{Party, State, TRANSITIONS, Transition, Verb, transition, verbs};
pub use ticket::{Ticket, TicketInput, open_ticket};
pub use view::{ScopePage, Thread, get_for_staff, get_in_scope, get_thread, list_in_scope, thread_for_staff};
pub use write::{resolve, write_again};
