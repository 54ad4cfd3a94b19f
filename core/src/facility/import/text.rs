//! The file as UTF-8 text, read piece by piece: UTF-8 (with or without its mark)
//! or CP932, told apart by what is in it, not by what it is called.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use encoding_rs::{CoderResult, Decoder, SHIFT_JIS, UTF_8};
use ring::digest;

use crate::secret::hex;

const PIECE: usize = 64 * 1024;

/// What the file turned out to be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Cp932,
}

impl Encoding {
    /// The words of the report.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Cp932 => "Shift_JIS（CP932）",
        }
    }

    fn decoder(self) -> Decoder {
        match self {
            Self::Utf8 => UTF_8.new_decoder_with_bom_removal(),
            Self::Cp932 => SHIFT_JIS.new_decoder_without_bom_handling(),
        }
    }
}

/// Opens a file as text. Bytes that belong to neither encoding become U+FFFD,
/// which the row that holds it is refused for.
pub(super) fn open(path: &Path) -> io::Result<(Encoding, impl Read + use<>)> {
    let mut file = File::open(path)?;
    let encoding = if is_utf8(&mut file)? { Encoding::Utf8 } else { Encoding::Cp932 };
    file.seek(SeekFrom::Start(0))?;
    Ok((encoding, Decoded::new(BufReader::with_capacity(PIECE, file), encoding.decoder())))
}

/// SHA-256 of a file, hex.
pub(super) fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut piece) = (File::open(path)?, digest::Context::new(&digest::SHA256), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex(hash.finish().as_ref())),
            read => hash.update(&piece[..read]),
        }
    }
}

/// Whether all of it is well-formed UTF-8.
fn is_utf8(file: &mut File) -> io::Result<bool> {
    let (mut piece, mut held) = (vec![0; PIECE], 0);
    loop {
        let read = file.read(&mut piece[held..])?;
        let end = held + read;
        match std::str::from_utf8(&piece[..end]) {
            Ok(_) => held = 0,
            // A character may be cut by the end of the piece, not by the file's.
            Err(cut) if cut.error_len().is_none() && read > 0 => {
                piece.copy_within(cut.valid_up_to()..end, 0);
                held = end - cut.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

/// Turns bytes of one encoding into UTF-8 while they are read.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    ended: bool,
    text: Vec<u8>,
    text_at: usize,
    text_end: usize,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, decoder: Decoder) -> Self {
        let (raw, text) = (vec![0; PIECE], vec![0; PIECE]);
        Self { inner, decoder, raw, raw_at: 0, raw_end: 0, ended: false, text, text_at: 0, text_end: 0 }
    }

    /// Decodes the next piece; leaves `text` empty at the end only.
    fn refill(&mut self) -> io::Result<()> {
        (self.text_at, self.text_end) = (0, 0);
        while self.text_end == 0 {
            if self.raw_at == self.raw_end && !self.ended {
                (self.raw_at, self.raw_end) = (0, self.inner.read(&mut self.raw)?);
                self.ended = self.raw_end == 0;
            }
            let raw = &self.raw[self.raw_at..self.raw_end];
            let (result, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
            self.raw_at += read;
            self.text_end = written;
            if self.ended && result == CoderResult::InputEmpty {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.text_at == self.text_end {
            if self.ended && self.raw_at == self.raw_end {
                return Ok(0);
            }
            self.refill()?;
        }
        let length = out.len().min(self.text_end - self.text_at);
        out[..length].copy_from_slice(&self.text[self.text_at..self.text_at + length]);
        self.text_at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8]) -> (Encoding, String) {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(bytes).expect("written");
        let (encoding, mut text) = open(file.path()).expect("opens");
        let mut all = String::new();
        text.read_to_string(&mut all).expect("text");
        (encoding, all)
    }

    #[test]
    fn the_encoding_is_told_by_content() {
        let sjis = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
        let rows: [(Vec<u8>, Encoding, &str); 6] = [
            ("名称,髙橋".into(), Encoding::Utf8, "名称,髙橋"),
            ("\u{feff}名称,𠮷野".into(), Encoding::Utf8, "名称,𠮷野"),
            (b"code,name".to_vec(), Encoding::Utf8, "code,name"),
            (sjis("名称,髙橋①㈱ｶﾅ"), Encoding::Cp932, "名称,髙橋①㈱ｶﾅ"),
            (Vec::new(), Encoding::Utf8, ""),
            (b"\x96\xbc\xff\xff,a".to_vec(), Encoding::Cp932, "名\u{fffd}\u{fffd},a"),
        ];
        for (bytes, encoding, text) in rows {
            assert_eq!(read(&bytes), (encoding, text.to_owned()), "{text}");
        }
    }

    #[test]
    fn characters_cut_by_the_end_of_a_piece_survive() {
        for lead in 0..4 {
            let text = format!("{}{}", "a".repeat(lead), "施術所の名称𠮷".repeat(20_000));
            assert_eq!(read(text.as_bytes()), (Encoding::Utf8, text.clone()));
            let common = text.replace('𠮷', "吉");
            let sjis = encoding_rs::SHIFT_JIS.encode(&common).0.into_owned();
            assert_eq!(read(&sjis), (Encoding::Cp932, common));
        }
        assert_eq!(read("施術所の名".as_bytes().split_last().expect("bytes").1).0, Encoding::Cp932);
    }
}
