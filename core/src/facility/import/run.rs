//! A whole run over one file: dry, or real in a single transaction.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::StringRecord;
use serde_json::json;

use super::apply::{BATCH, Known, Target, close_unnamed, key, take_batch};
use super::columns::{Layout, fault};
use super::details::DetailWriter;
use super::records::Records;
use super::repo::{self, ImportState, NewImport};
use super::report::{RefusedCell, Report};
use super::row::{MasterRow, RowReader};
use super::staged::StagedWriter;
use super::tally::Tally;
use super::{Options, closings, text};
use crate::audit::Deed;
use crate::db::{Actor, Db, Ending, Tx};
use crate::error::Result;
use crate::ids::ImportId;
use crate::secret::Keyring;

/// A file to import.
#[derive(Debug, Clone)]
pub struct Import {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name as its owner calls it.
    pub file_name: String,
    /// SHA-256 of the whole file, hex.
    pub sha256: String,
    /// How to take it.
    pub options: Options,
    /// Where every detail is written to as a CSV, if wished.
    pub details: Option<PathBuf>,
}

impl Import {
    /// A file of the local disk, under its own name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path, options: Options) -> std::io::Result<Self> {
        let file_name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        Ok(Self { sha256: text::sha256(path)?, path: path.to_owned(), file_name, options, details: None })
    }
}

/// What became of an import.
#[derive(Debug)]
pub enum Outcome {
    /// The master is as the file says.
    Applied(Report),
    /// Some rows cannot be taken; nothing was applied.
    Refused(Report),
    /// More than a twentieth of a kind would close, and nobody said that this is
    /// meant; nothing was applied.
    NeedsConfirmation(Report),
}

/// What the import would do, with every detail as a CSV at `details` if wished;
/// nothing else is written.
///
/// # Errors
/// `Invalid` (field `file`) when the file as a whole cannot be read.
pub async fn dry_run(
    db: &Db,
    keyring: Arc<Keyring>,
    path: PathBuf,
    options: Options,
    details: Option<PathBuf>,
) -> Result<Report> {
    db.patient()
        .read(move |conn| {
            let mut writer = details.map(|path| DetailWriter::create(&path)).transpose()?;
            let walk = Walk { keyring: &keyring, path: &path, options: &options, staged_from: None };
            let report = walk.run(&mut Target::Dry(conn), None, writer.as_mut())?;
            writer.map(DetailWriter::finish).transpose()?;
            Ok(report)
        })
        .await
}

/// Takes the file in one transaction, and undoes it if something speaks against
/// it: all or nothing. For the operator at the command line; in the browser two
/// people do it ([`super::pending`]).
///
/// # Errors
/// As [`dry_run`]; `Refused(ImportRunning)` while another import changes the
/// master.
pub async fn run(db: &Db, keyring: Arc<Keyring>, actor: Actor, import: Import) -> Result<Outcome> {
    let Import { path, file_name, sha256, options, details } = import;
    let new = NewImport {
        id: ImportId::mint(),
        file_name,
        sha256,
        kind: options.kind,
        as_of: options.as_of,
        partial: options.partial,
        staged_key: None,
        details_key: None,
    };
    db.patient()
        .settle(actor, move |tx| {
            let mut writer = details.map(|path| DetailWriter::create(&path)).transpose()?;
            repo::insert_import(tx, &new, &Report::default())?;
            let walk = Walk { keyring: &keyring, path: &path, options: &options, staged_from: None };
            let ending = real(tx, walk, &new.id, writer.as_mut())?;
            writer.map(DetailWriter::finish).transpose()?;
            Ok(ending)
        })
        .await
}

/// What speaks against applying, if anything.
fn objection(report: &Report, options: &Options) -> Option<fn(Report) -> Outcome> {
    if report.refused > 0 {
        return Some(Outcome::Refused);
    }
    (!options.confirmed && !report.alarming().is_empty()).then_some(Outcome::NeedsConfirmation)
}

/// The real run of an import that is noted already: it stands if nothing speaks
/// against what it did.
pub(super) fn real(
    tx: &mut Tx<'_>,
    walk: Walk<'_>,
    id: &ImportId,
    details: Option<&mut DetailWriter>,
) -> Result<Ending<Outcome>> {
    repo::lock(tx)?;
    let report = walk.run(&mut Target::Real(tx, id.clone()), None, details)?;
    if let Some(no) = objection(&report, walk.options) {
        return Ok(Ending::Undo(no(report)));
    }
    repo::end_import(tx, id, ImportState::Applied, &report)?;
    let counts = json!({
        "opened": report.opened, "changed": report.changed, "reopened": report.reopened, "closed": report.closed,
        "closing": report.closing,
    });
    tx.record(Deed::new("facility.imported", "facility_imports", id.as_str()).with(counts))?;
    closings::announce(tx, id)?;
    Ok(Ending::Keep(Outcome::Applied(report)))
}

/// One walk through a file.
#[derive(Clone, Copy)]
pub(super) struct Walk<'w> {
    pub keyring: &'w Keyring,
    pub path: &'w Path,
    pub options: &'w Options,
    /// The file is one of ours, with hashes for secrets; what the file was that
    /// it was staged from.
    pub staged_from: Option<&'w str>,
}

impl Walk<'_> {
    pub(super) fn run(
        &self,
        target: &mut Target<'_, '_>,
        stage: Option<&mut StagedWriter>,
        details: Option<&mut DetailWriter>,
    ) -> Result<Report> {
        let mut records = Records::open(self.path)?;
        let mut first = StringRecord::new();
        if !records.next(&mut first)? {
            return Err(fault("ファイルに何も書かれていません".to_owned()));
        }
        let layout = Layout::of(&first, self.options.kind.is_some())?;
        let mut report =
            Report { encoding: self.staged_from.unwrap_or(records.format).to_owned(), ..Report::default() };
        match &layout {
            Layout::BureauList => report.bureau_list = true,
            Layout::Headed { ignored, .. } => report.ignored_columns.clone_from(ignored),
        }
        let held = (layout == Layout::BureauList).then_some(first);
        let reader =
            RowReader { layout, kind: self.options.kind, keyring: self.keyring, staged: self.staged_from.is_some() };
        let mut progress = Progress {
            seen: HashMap::new(),
            known: Known::default(),
            batch: Vec::with_capacity(BATCH),
            stage,
            tally: Tally::new(report, details),
        };
        self.rows(target, reader, &mut records, held, &mut progress)?;
        self.finish(target, progress)
    }

    fn rows(
        &self,
        target: &mut Target<'_, '_>,
        reader: RowReader<'_>,
        records: &mut Records,
        held: Option<StringRecord>,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        let mut record = StringRecord::new();
        let mut next = held;
        loop {
            if next.is_none() && !records.next(&mut record)? {
                return self.flush(target, progress);
            }
            let now = next.take();
            let record = now.as_ref().unwrap_or(&record);
            progress.tally.report.rows += 1;
            let line = record.position().map_or(0, csv::Position::line);
            match reader.read(line, record) {
                Ok(row) => progress.take(row)?,
                Err(cells) => progress.tally.refused(cells)?,
            }
            if progress.batch.len() >= BATCH {
                self.flush(target, progress)?;
            }
        }
    }

    fn flush(&self, target: &mut Target<'_, '_>, progress: &mut Progress<'_>) -> Result<()> {
        let rows = std::mem::take(&mut progress.batch);
        take_batch(target, self.options, &mut progress.known, &rows, &mut progress.tally)
    }

    fn finish(&self, target: &mut Target<'_, '_>, progress: Progress<'_>) -> Result<Report> {
        let Progress { seen, mut tally, .. } = progress;
        if tally.report.rows == 0 {
            return Err(fault("見出しの行だけで、施設の行がありません".to_owned()));
        }
        // A refused row names a facility that nobody can tell: nothing closes then.
        if !self.options.partial && tally.report.refused == 0 {
            for kind in tally.report.kinds.iter().map(|count| count.kind).collect::<Vec<_>>() {
                close_unnamed(target, self.options, kind, |code| seen.contains_key(&key(kind, code)), &mut tally)?;
            }
        }
        Ok(tally.report)
    }
}

/// Where a facility was named first, and what was said of it: small, because
/// there is one for every row.
struct Seen {
    line: u32,
    said: u32,
}

/// What a walk carries along. Of every row it keeps two numbers; the rows
/// themselves go by in batches.
struct Progress<'s> {
    seen: HashMap<u64, Seen>,
    known: Known,
    batch: Vec<MasterRow>,
    stage: Option<&'s mut StagedWriter>,
    tally: Tally<'s>,
}

impl Progress<'_> {
    fn take(&mut self, row: MasterRow) -> Result<()> {
        let (key, said) = (key(row.kind, row.code.as_str()), said(&row));
        match self.seen.get(&key) {
            Some(first) if first.said == said => return self.tally.duplicate(&row, first.line.into()),
            Some(first) => return self.tally.refused(vec![contradiction(&row, first.line)]),
            None => {}
        }
        if row.code.advice(row.kind).is_some() {
            self.tally.doubtful(&row)?;
        }
        if let Some(stage) = &mut self.stage {
            stage.write(&row)?;
        }
        self.seen.insert(key, Seen { line: u32::try_from(row.line).unwrap_or(u32::MAX), said });
        self.batch.push(row);
        Ok(())
    }
}

fn said(row: &MasterRow) -> u32 {
    let mut hasher = DefaultHasher::new();
    (&row.name, &row.rest).hash(&mut hasher);
    hasher.finish() as u32
}

fn contradiction(row: &MasterRow, first_line: u32) -> RefusedCell {
    RefusedCell {
        line: row.line,
        column: "機関コード".to_owned(),
        value: row.code.as_str().to_owned(),
        reason: format!("{first_line}行目と同じ機関コードで、内容が違います。正しいほうだけを残してください"),
    }
}
