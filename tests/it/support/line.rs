//! The line to a server outside, in our hands: cut, silent, or broken off after so
//! many bytes, as nets and servers fail.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the line does with those who call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// Passes everything on.
    Open,
    /// Ends every connection at once, also those that stand.
    Cut,
    /// Takes connections and lets nothing through, also on those that stand.
    Silent,
    /// Answers every request in the server's place: an object store that is too busy.
    Busy,
}

/// What Amazon's store says when too much comes at once.
const SLOW_DOWN: &str = "HTTP/1.1 503 Slow Down\r\ncontent-length: 36\r\nconnection: close\r\n\r\n\
                         <Error><Code>SlowDown</Code></Error>";

/// A line to one server.
pub struct Line {
    /// Where to call instead of the server.
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

struct Inner {
    server: Mutex<SocketAddr>,
    mode: AtomicU8,
    /// After so many bytes to the server every connection ends; 0 for never.
    break_after: AtomicU64,
    /// How often yet.
    breaks: AtomicU64,
    passed: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

impl Line {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let inner = Arc::new(Inner {
            server: Mutex::new(server),
            mode: AtomicU8::new(Mode::Open as u8),
            break_after: AtomicU64::new(0),
            breaks: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            open: Mutex::default(),
        });
        let taking = Arc::clone(&inner);
        // Ends with the process: a test's line is cheap.
        thread::spawn(move || listener.incoming().flatten().for_each(|caller| taking.connect(caller)));
        Self { address, inner }
    }

    pub fn set(&self, mode: Mode) {
        self.inner.mode.store(mode as u8, Ordering::SeqCst);
        if matches!(mode, Mode::Cut | Mode::Busy) {
            self.inner.cut();
        }
    }

    /// Leads to another server from now on; whoever spoke to the one before is cut off.
    pub fn lead_to(&self, server: SocketAddr) {
        *self.inner.server.lock().expect("nobody panics holding it") = server;
        self.inner.cut();
    }

    /// Ends every connection once so many more bytes have gone to the server, and
    /// then the next ones at their first bytes, until it has broken so many `times`.
    pub fn break_after(&self, bytes: u64, times: u64) {
        self.inner.breaks.store(times, Ordering::SeqCst);
        self.inner.break_after.store(self.inner.passed.load(Ordering::SeqCst) + bytes, Ordering::SeqCst);
    }
}

impl Inner {
    fn is(&self, mode: Mode) -> bool {
        self.mode.load(Ordering::SeqCst) == mode as u8
    }

    fn connect(self: &Arc<Self>, caller: TcpStream) {
        if self.is(Mode::Cut) {
            return;
        }
        if self.is(Mode::Busy) {
            thread::spawn(move || say_slow_down(caller));
            return;
        }
        let Ok(server) = TcpStream::connect(*self.server.lock().expect("nobody panics holding it")) else { return };
        let mut open = self.open.lock().expect("nobody panics holding it");
        for one in [&caller, &server] {
            open.push(one.try_clone().expect("a handle more"));
        }
        drop(open);
        for (from, to, counted) in [(&caller, &server, true), (&server, &caller, false)] {
            let ends = (from.try_clone().expect("a handle more"), to.try_clone().expect("a handle more"));
            let inner = Arc::clone(self);
            thread::spawn(move || inner.pump(ends, counted));
        }
    }

    fn pump(&self, (mut from, mut to): (TcpStream, TcpStream), counted: bool) {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read) = from.read(&mut buffer) {
            // What is swallowed here was lost on the way.
            if read == 0 || (!self.is(Mode::Silent) && to.write_all(&buffer[..read]).is_err()) {
                break;
            }
            if counted && self.is_broken_by(read as u64) {
                self.cut();
            }
        }
        if !self.is(Mode::Silent) {
            let _ = to.shutdown(Shutdown::Both);
        }
    }

    fn is_broken_by(&self, bytes: u64) -> bool {
        let passed = self.passed.fetch_add(bytes, Ordering::SeqCst) + bytes;
        let limit = self.break_after.load(Ordering::SeqCst);
        let breaks = |left: u64| left.checked_sub(1);
        limit > 0 && passed >= limit && self.breaks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, breaks).is_ok()
    }

    fn cut(&self) {
        for one in self.open.lock().expect("nobody panics holding it").drain(..) {
            let _ = one.shutdown(Shutdown::Both);
        }
    }
}

/// Answers at once, and reads on until the caller has seen it.
fn say_slow_down(mut caller: TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    let asked = caller.read(&mut buffer);
    if asked.is_ok_and(|bytes| bytes > 0) && caller.write_all(SLOW_DOWN.as_bytes()).is_ok() {
        while caller.read(&mut buffer).is_ok_and(|bytes| bytes > 0) {}
    }
}
