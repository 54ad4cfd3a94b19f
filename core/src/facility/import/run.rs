//! A whole run over one file: dry, or real in a single transaction.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};
use serde_json::json;

use super::apply::{BATCH, Known, Target, close_unnamed, key, take_batch};
use super::columns::{Layout, fault};
use super::repo::{self, ImportState, NewImport};
use super::report::{Duplicate, NamedFacility, RefusedCell, Report, example};
use super::row::{MasterRow, RowReader};
use super::staged::StagedWriter;
use super::{Options, closings, text};
use crate::audit::Deed;
use crate::db::{Actor, Db, Tx};
use crate::error::{Error, Result};
use crate::facility::kind::FacilityKind;
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
}

impl Import {
    /// A file of the local disk, under its own name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path, options: Options) -> std::io::Result<Self> {
        let file_name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        Ok(Self { sha256: text::sha256(path)?, path: path.to_owned(), file_name, options })
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

/// What the import would do; nothing is written.
///
/// # Errors
/// `Invalid` (field `file`) when the file as a whole cannot be read.
pub async fn dry_run(db: &Db, keyring: Arc<Keyring>, path: PathBuf, options: Options) -> Result<Report> {
    db.read(move |conn| {
        Walk { keyring: &keyring, path: &path, options: &options, staged: false }.run(&mut Target::Dry(conn), None)
    })
    .await
}

/// A dry run, and if nothing speaks against it, the real one: all or nothing.
/// For the operator at the command line; in the browser two people do it
/// ([`super::pending`]).
///
/// # Errors
/// As [`dry_run`]; `Conflict` when the master changed between the two runs.
pub async fn run(db: &Db, keyring: Arc<Keyring>, actor: Actor, import: Import) -> Result<Outcome> {
    let Import { path, file_name, sha256, options } = import;
    let report = dry_run(db, keyring.clone(), path.clone(), options.clone()).await?;
    if let Some(no) = objection(&report, &options) {
        return Ok(no(report));
    }
    let new = NewImport {
        id: ImportId::mint(),
        file_name,
        sha256,
        kind: options.kind,
        as_of: options.as_of,
        partial: options.partial,
        staged_key: None,
    };
    db.write(actor, move |tx| {
        repo::insert_import(tx, &new, &report)?;
        let walk = Walk { keyring: &keyring, path: &path, options: &options, staged: false };
        real(tx, walk, &new.id).map(Outcome::Applied)
    })
    .await
}

/// What speaks against applying, if anything.
pub(super) fn objection(report: &Report, options: &Options) -> Option<fn(Report) -> Outcome> {
    if report.refused > 0 {
        return Some(Outcome::Refused);
    }
    (!options.confirmed && !report.alarming().is_empty()).then_some(Outcome::NeedsConfirmation)
}

/// The real run of an import that is noted already.
pub(super) fn real(tx: &mut Tx<'_>, walk: Walk<'_>, id: &ImportId) -> Result<Report> {
    let report = walk.run(&mut Target::Real(tx, id.clone()), None)?;
    if objection(&report, walk.options).is_some() {
        return Err(Error::Conflict);
    }
    repo::end_import(tx, id, ImportState::Applied, &report)?;
    let counts = json!({
        "opened": report.opened, "changed": report.changed, "reopened": report.reopened, "closed": report.closed,
    });
    tx.record(Deed::new("facility.imported", "facility_imports", id.as_str()).with(counts))?;
    closings::announce(tx, id)?;
    Ok(report)
}

/// One walk through a file.
#[derive(Clone, Copy)]
pub(super) struct Walk<'w> {
    pub keyring: &'w Keyring,
    pub path: &'w Path,
    pub options: &'w Options,
    /// The file is one of ours, with hashes for secrets.
    pub staged: bool,
}

impl Walk<'_> {
    pub(super) fn run(&self, target: &mut Target<'_, '_>, stage: Option<&mut StagedWriter>) -> Result<Report> {
        let (encoding, text) = text::open(self.path).map_err(Error::internal)?;
        let mut records = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
        let mut first = StringRecord::new();
        if !records.read_record(&mut first).map_err(unreadable)? {
            return Err(fault("ファイルに何も書かれていません".to_owned()));
        }
        let layout = Layout::of(&first, self.options.kind.is_some())?;
        let mut report = Report { encoding: encoding.label().to_owned(), ..Report::default() };
        match &layout {
            Layout::BureauList => report.bureau_list = true,
            Layout::Headed { ignored, .. } => report.ignored_columns.clone_from(ignored),
        }
        let held = (layout == Layout::BureauList).then_some(first);
        let reader = RowReader { layout, kind: self.options.kind, keyring: self.keyring, staged: self.staged };
        let mut progress =
            Progress { seen: HashMap::new(), known: Known::default(), batch: Vec::with_capacity(BATCH), stage, report };
        self.rows(target, reader, &mut records, held, &mut progress)?;
        self.finish(target, progress)
    }

    fn rows<R: std::io::Read>(
        &self,
        target: &mut Target<'_, '_>,
        reader: RowReader<'_>,
        records: &mut csv::Reader<R>,
        held: Option<StringRecord>,
        progress: &mut Progress<'_>,
    ) -> Result<()> {
        let mut record = StringRecord::new();
        let mut next = held;
        loop {
            if next.is_none() && !records.read_record(&mut record).map_err(unreadable)? {
                return self.flush(target, progress);
            }
            let now = next.take();
            let record = now.as_ref().unwrap_or(&record);
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            progress.report.rows += 1;
            let line = record.position().map_or(0, csv::Position::line);
            match reader.read(line, record) {
                Ok(row) => progress.take(row)?,
                Err(cells) => progress.report.refuse(cells),
            }
            if progress.batch.len() >= BATCH {
                self.flush(target, progress)?;
            }
        }
    }

    fn flush(&self, target: &mut Target<'_, '_>, progress: &mut Progress<'_>) -> Result<()> {
        let rows = std::mem::take(&mut progress.batch);
        take_batch(target, self.options, &mut progress.known, &rows, &mut progress.report)
    }

    fn finish(&self, target: &mut Target<'_, '_>, progress: Progress<'_>) -> Result<Report> {
        let Progress { seen, mut report, .. } = progress;
        if report.rows == 0 {
            return Err(fault("見出しの行だけで、施設の行がありません".to_owned()));
        }
        // A refused row names a facility that nobody can tell: nothing closes then.
        if !self.options.partial && report.refused == 0 {
            for kind in report.kinds.iter().map(|count| count.kind).collect::<Vec<_>>() {
                close_unnamed(target, self.options, kind, |code| seen.contains_key(&key(kind, code)), &mut report)?;
            }
        }
        Ok(report)
    }
}

/// Where a facility was named first, and what was said of it.
struct Seen {
    line: u64,
    said: u64,
}

/// What a walk carries along. Of every row it keeps two numbers; the rows
/// themselves go by in batches.
struct Progress<'s> {
    seen: HashMap<(FacilityKind, u64), Seen>,
    known: Known,
    batch: Vec<MasterRow>,
    stage: Option<&'s mut StagedWriter>,
    report: Report,
}

impl Progress<'_> {
    fn take(&mut self, row: MasterRow) -> Result<()> {
        let (key, said) = (key(row.kind, row.code.as_str()), said(&row));
        match self.seen.get(&key) {
            Some(first) if first.said == said => {
                self.report.duplicates += 1;
                let duplicate =
                    || Duplicate { line: row.line, first_line: first.line, code: row.code.as_str().to_owned() };
                example(&mut self.report.duplicate_examples, duplicate);
                return Ok(());
            }
            Some(first) => {
                let cell = contradiction(&row, first.line);
                self.report.refuse(vec![cell]);
                return Ok(());
            }
            None => {}
        }
        if row.code.advice(row.kind).is_some() {
            self.report.doubtful += 1;
            let doubtful =
                || NamedFacility { line: row.line, code: row.code.as_str().to_owned(), name: row.name.clone() };
            example(&mut self.report.doubtful_examples, doubtful);
        }
        if let Some(stage) = &mut self.stage {
            stage.write(&row)?;
        }
        self.seen.insert(key, Seen { line: row.line, said });
        self.batch.push(row);
        Ok(())
    }
}

fn said(row: &MasterRow) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&row.name, &row.rest).hash(&mut hasher);
    hasher.finish()
}

fn contradiction(row: &MasterRow, first_line: u64) -> RefusedCell {
    RefusedCell {
        line: row.line,
        column: "機関コード".to_owned(),
        value: row.code.as_str().to_owned(),
        reason: format!("{first_line}行目と同じ機関コードで、内容が違います。正しいほうだけを残してください"),
    }
}

fn unreadable(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::internal(error),
        _ => fault("CSVとして読めません。表計算ソフトで「CSV」の形で保存し直してください".to_owned()),
    }
}
