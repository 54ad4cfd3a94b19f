//! The process that opens one file: takes an order and the file, gives up what
//! it does not need, draws, writes, ends.
//!
//! It has no environment, opens no file and no connection once the file is here
//! (the number of descriptors is used up), and its memory and time are bounded
//! by the system. A file that breaks it breaks nothing else.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

use rustix::process::{Resource, Rlimit, setpriority_process, setrlimit};
use serde::{Deserialize, Serialize};

use super::{Ask, Limits, Shown, ViewFault, book, draw};
use crate::evidence::sniff::EvidenceKind;

/// The hidden command of the program.
pub const COMMAND: &str = "evidence-page";
/// Ends so when the file is damaged; a panic ends with 101.
pub const BROKEN: u8 = 3;
/// Ends so when there is no such page.
pub const NO_SUCH_PART: u8 = 4;

/// Device checks and pages come first.
const NICENESS: i32 = 10;
/// Input, output, errors.
const STANDARD_FILES: u64 = 3;

/// What is to be opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    /// Its type, by content.
    pub media_type: String,
    /// Its size.
    pub size_bytes: u64,
    /// A font for letters that files leave out.
    pub font: Option<PathBuf>,
    /// What it may take.
    pub limits: Limits,
    /// What to draw.
    pub ask: Ask,
}

/// Carries an order out: the file from the standard input, a line of JSON and
/// the picture to the standard output. Answers the code to end with.
pub fn serve(order: &str) -> u8 {
    match run(order) {
        Ok(()) => 0,
        Err(ViewFault::NoSuchPart) => NO_SUCH_PART,
        Err(_) => BROKEN,
    }
}

fn run(order: &str) -> Result<(), ViewFault> {
    // Whatever a panic would say may hold what is in the file.
    std::panic::set_hook(Box::new(|_| {}));
    let order: Order = serde_json::from_str(order).map_err(|_| ViewFault::Broken)?;
    let font = order.font.as_deref().and_then(|path| File::open(path).ok());
    give_up(&order.limits, font.is_some()).map_err(|_| ViewFault::Broken)?;
    let content = read(order.size_bytes)?;
    let (shown, png) = answer(&order, content, font)?;
    let mut line = serde_json::to_vec(&shown).map_err(|_| ViewFault::Broken)?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    let written = out.write_all(&line).and_then(|()| out.write_all(&png)).and_then(|()| out.flush());
    written.map_err(|_| ViewFault::Broken)
}

/// Limits that cannot be raised again, also not by the process itself.
fn give_up(limits: &Limits, has_font: bool) -> rustix::io::Result<()> {
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, limits.memory_bytes)?;
    limit(Resource::Cpu, limits.cpu_seconds)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nproc, 0)?;
    limit(Resource::Nofile, STANDARD_FILES + u64::from(has_font))?;
    setpriority_process(None, NICENESS)
}

fn read(size_bytes: u64) -> Result<Vec<u8>, ViewFault> {
    let size = usize::try_from(size_bytes).map_err(|_| ViewFault::Broken)?;
    // All at once: a buffer that grows would take twice the memory.
    let mut content = Vec::new();
    content.try_reserve_exact(size).map_err(|_| ViewFault::Broken)?;
    std::io::stdin().lock().take(size_bytes).read_to_end(&mut content).map_err(|_| ViewFault::Broken)?;
    if content.len() == size { Ok(content) } else { Err(ViewFault::Broken) }
}

/// Draws what is asked for.
pub(super) fn answer(order: &Order, content: Vec<u8>, font: Option<File>) -> Result<(Shown, Vec<u8>), ViewFault> {
    match EvidenceKind::of_media_type(&order.media_type) {
        Some(EvidenceKind::Pdf) => draw::page(content, &order.ask, font),
        Some(EvidenceKind::Png) => draw::picture(content, &order.ask),
        Some(kind @ (EvidenceKind::Xls | EvidenceKind::Xlsx)) => book::sheet(content, kind, order.ask.part),
        Some(EvidenceKind::Jpeg) | None => Err(ViewFault::Broken),
    }
}
