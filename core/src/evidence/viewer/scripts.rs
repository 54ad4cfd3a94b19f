//! Whether a PDF holds something that a viewer would run or start: scripts,
//! programs, forms sent by themselves (ISO 32000-1, 12.6.4). Nothing of it does
//! anything here; it matters to whoever opens the download.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object};

/// Looked at in one file; what hides behind that many objects is not told.
const MOST_OBJECTS: usize = 100_000;
/// Actions lie flat; what is deeper is not looked at.
const DEPTH: usize = 6;
/// Keys that hold scripts.
const KEYS: [&[u8]; 2] = [b"JS", b"JavaScript"];
/// Actions that reach out of the page.
const ACTIONS: [&[u8]; 4] = [b"JavaScript", b"Launch", b"SubmitForm", b"ImportData"];

/// Looks through the objects of a file.
pub(super) fn found(pdf: &Pdf) -> bool {
    pdf.objects().into_iter().take(MOST_OBJECTS).any(|object| in_object(&object, DEPTH))
}

fn in_object(object: &Object<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match object {
        Object::Dict(dict) => in_dict(dict, depth),
        Object::Stream(stream) => in_dict(stream.dict(), depth),
        Object::Array(array) => in_array(array, depth),
        _ => false,
    }
}

fn in_dict(dict: &Dict<'_>, depth: usize) -> bool {
    let acts = || dict.get::<Name<'_>>(b"S").is_some_and(|name| ACTIONS.contains(&name.as_ref()));
    KEYS.iter().any(|key| dict.contains_key(key))
        || acts()
        || dict.entries().any(|(_, value)| matches!(&value, MaybeRef::NotRef(inner) if in_object(inner, depth)))
}

fn in_array(array: &Array<'_>, depth: usize) -> bool {
    array.raw_iter().any(|value| matches!(&value, MaybeRef::NotRef(inner) if in_object(inner, depth)))
}
