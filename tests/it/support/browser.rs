//! A browser for tests: keeps cookies, finds fields by their labels and buttons
//! by their words, follows 303s, and cannot send what the page does not have.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::Method;
use ureq::Agent;

use super::http::{self, Answer, Lost};
use super::page::{Form, Page};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
/// Forms sent twice so far, in this process.
static REPLAYED: AtomicUsize = AtomicUsize::new(0);

/// See [`REPLAYED`].
pub fn replayed() -> usize {
    REPLAYED.load(Ordering::SeqCst)
}

/// How often a form is sent: people click twice, and proxies try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    Once,
    /// Twice, one after the other.
    InTurn,
    /// Twice at the same moment.
    AtOnce,
}

const BOUNDARY: &str = "----test-boundary-7MA4YWxk";

/// A file to attach.
#[derive(Debug, Clone)]
struct File {
    name: String,
    bytes: Vec<u8>,
}

/// See the module.
#[derive(Clone)]
pub struct Browser {
    agent: Agent,
    base: String,
    /// The address it comes from, as a trusted proxy would say.
    comes_from: Option<String>,
    cookies: BTreeMap<String, String>,
    page: Page,
    typed: BTreeMap<String, Vec<String>>,
    files: BTreeMap<String, File>,
    /// How often it sends a form.
    pub replay: Replay,
    /// The last answer as it came.
    pub answer: Option<Answer>,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let page = Page { status: 0, path: "/".into(), html: String::new() };
        let (cookies, typed, files) = Default::default();
        let (agent, base) = (http::agent(), base.to_owned());
        Self { agent, base, comes_from: None, cookies, page, typed, files, replay: Replay::Once, answer: None }
    }

    /// A browser at a network address of its own.
    pub fn coming_from(base: &str, address: &str) -> Self {
        Self { comes_from: Some(address.to_owned()), ..Self::new(base) }
    }

    /// The site it is at.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The page that is open.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// Opens an address, following redirects; whatever it answers is the page.
    pub fn visit(&mut self, path: &str) -> &Page {
        self.go(Method::GET, path, &[], Vec::new())
    }

    /// As [`Browser::visit`] at a server that may die meanwhile; then the page
    /// that was open stays open.
    pub fn try_visit(&mut self, path: &str) -> Result<&Page, Lost> {
        self.try_go(Method::GET, path, &[], Vec::new())
    }

    /// Opens an address that must be there.
    pub fn open(&mut self, path: &str) -> &Page {
        let status = self.visit(path).status;
        assert_eq!(status, 200, "{path} → {}:\n{}", self.page.path, self.page.text());
        &self.page
    }

    /// Follows the link with these words.
    pub fn follow(&mut self, words: &str) -> &Page {
        let href = self.page.link(words);
        self.open(&href)
    }

    /// Types into the field with this label, or picks the choice with these
    /// words in a list.
    pub fn fill(&mut self, label: &str, value: &str) -> &mut Self {
        let control = self.page.control(label);
        let value = match control.kind.as_str() {
            "select" => pick(&control.choices, value, label),
            "checkbox" | "radio" | "file" => panic!("「{label}」 is no field to type into"),
            _ => value.to_owned(),
        };
        self.typed.insert(control.name, vec![value]);
        self
    }

    /// Fills in the boxes of a date: era or 西暦, year, month, day.
    pub fn fill_date(&mut self, legend: &str, [era, year, month, day]: [&str; 4]) -> &mut Self {
        let name = self.page.group(legend);
        let eras = self.page.named(&format!("{name}_era")).choices;
        let era = pick(&eras, era, legend);
        for (part, value) in [("era", era.as_str()), ("year", year), ("month", month), ("day", day)] {
            let control = self.page.named(&format!("{name}_{part}"));
            self.typed.insert(control.name, vec![value.to_owned()]);
        }
        self
    }

    /// Picks a radio button, or ticks a box, by its label.
    pub fn tick(&mut self, label: &str) -> &mut Self {
        let control = self.page.control(label);
        match control.kind.as_str() {
            "radio" => self.typed.insert(control.name, vec![control.value]),
            "checkbox" => {
                let mut all = self.typed.remove(&control.name).unwrap_or_else(|| self.ticked(&control.name));
                all.push(control.value);
                self.typed.insert(control.name, all)
            }
            kind => panic!("「{label}」 is a {kind}, not something to tick"),
        };
        self
    }

    fn ticked(&self, name: &str) -> Vec<String> {
        let forms = self.page.forms();
        let boxes = forms.iter().flat_map(|form| &form.controls).filter(|c| c.name == name && c.checked);
        boxes.map(|c| c.value.clone()).collect()
    }

    /// Chooses a file for the field with this label.
    pub fn attach(&mut self, label: &str, name: &str, bytes: &[u8]) -> &mut Self {
        let control = self.page.control(label);
        assert_eq!(control.kind, "file", "「{label}」 takes no file");
        self.files.insert(control.name, File { name: name.to_owned(), bytes: bytes.to_vec() });
        self
    }

    /// Presses the only button with these words.
    pub fn press(&mut self, words: &str) -> &Page {
        let form = self.page.form(words, None);
        self.submit(form)
    }

    /// Presses the button with these words in the row that says `near`.
    pub fn press_near(&mut self, near: &str, words: &str) -> &Page {
        let form = self.page.form(words, Some(near));
        self.submit(form)
    }

    /// As [`Browser::press`] at a server that may die meanwhile; then the page
    /// that was open stays open, without what was typed.
    pub fn try_press(&mut self, words: &str) -> Result<&Page, Lost> {
        let form = self.page.form(words, None);
        self.try_submit(form)
    }

    /// Sends a form with what was typed, as a browser would.
    pub fn submit(&mut self, form: Form) -> &Page {
        self.try_submit(form).unwrap_or_else(|lost| panic!("{lost:?}"))
    }

    fn try_submit(&mut self, form: Form) -> Result<&Page, Lost> {
        let (typed, files) = (std::mem::take(&mut self.typed), std::mem::take(&mut self.files));
        let fields = fields_of(&form, &typed, &files);
        if form.method == "get" {
            let query = urlencoded(&fields);
            let path = form.action.split('?').next().unwrap_or_default();
            return self.try_go(Method::GET, &format!("{path}?{query}"), &[], Vec::new());
        }
        if form.is_multipart {
            let kind = format!("multipart/form-data; boundary={BOUNDARY}");
            return self.try_go(Method::POST, &form.action, &[("content-type", &kind)], multipart(&fields, &files));
        }
        self.try_go(Method::POST, &form.action, &[FORM], urlencoded(&fields).into_bytes())
    }

    /// Sends fields as a form, whatever the page has: for hostile tests.
    pub fn post(&mut self, path: &str, fields: &[(String, String)]) -> &Page {
        self.go(Method::POST, path, &[FORM], urlencoded(fields).into_bytes())
    }

    /// The token of the open page's forms.
    pub fn token(&self) -> String {
        self.page.attributes("input[name=csrf_token]", "value").into_iter().next().unwrap_or_default()
    }

    /// The cookies as a request carries them.
    pub fn cookie_header(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// One request without following redirects; the open page stays.
    pub fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|lost| panic!("{path}: {lost:?}"))
    }

    fn try_send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, Lost> {
        let (joined, mut all) = (self.cookie_header(), headers.to_vec());
        if !joined.is_empty() {
            all.push(("cookie", &joined));
        }
        if let Some(address) = &self.comes_from {
            all.push(("x-forwarded-for", address));
        }
        let answer = http::try_send(&self.agent, method, &format!("{}{path}", self.base), &all, body)?;
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn go(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> &Page {
        self.try_go(method, path, headers, body).unwrap_or_else(|lost| panic!("{path}: {lost:?}"))
    }

    fn try_go(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<&Page, Lost> {
        let mut path = self.relative(path);
        let mut answer = match (&method, self.replay) {
            (&Method::POST, Replay::InTurn | Replay::AtOnce) => self.send_twice(&path, headers, &body),
            _ => self.try_send(method, &path, headers, &body)?,
        };
        for _ in 0..10 {
            let Some(next) = redirect(&answer) else { break };
            path = self.relative(&next);
            answer = self.try_send(Method::GET, &path, &[], &[])?;
        }
        self.typed.clear();
        self.files.clear();
        self.page = Page { status: answer.status, path, html: answer.text() };
        self.answer = Some(answer);
        Ok(&self.page)
    }

    /// Sends a form twice as it stands; the answer that people go on from.
    fn send_twice(&mut self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        REPLAYED.fetch_add(1, Ordering::SeqCst);
        let mut other = self.clone();
        let (one, two) = if self.replay == Replay::InTurn {
            (self.send(Method::POST, path, headers, body), other.send(Method::POST, path, headers, body))
        } else {
            std::thread::scope(|scope| {
                let two = scope.spawn(|| other.send(Method::POST, path, headers, body));
                (self.send(Method::POST, path, headers, body), two.join().expect("no panic"))
            })
        };
        for answer in [&one, &two] {
            assert!(answer.status < 500 || answer.status == 503, "{path}: {}\n{}", answer.status, answer.text());
        }
        if one.status >= 400 && two.status < 400 {
            self.cookies = other.cookies;
            return two;
        }
        one
    }

    fn relative(&self, path: &str) -> String {
        let path = path.strip_prefix(&self.base).unwrap_or(path);
        let path = path.split('#').next().unwrap_or_default();
        match path.strip_prefix('?') {
            Some(query) => format!("{}?{query}", self.page.path.split('?').next().unwrap_or_default()),
            None => path.to_owned(),
        }
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for line in answer.all("set-cookie") {
            let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if rest.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Forgets cookies, as a browser that is closed does.
    pub fn forget(&mut self) {
        self.cookies.clear();
    }

    /// A second window of the same person.
    pub fn clone_session(&self) -> Self {
        let mut other = Self::new(&self.base);
        other.comes_from = self.comes_from.clone();
        other.cookies = self.cookies.clone();
        other.page = self.page.clone();
        other
    }
}

fn redirect(answer: &Answer) -> Option<String> {
    (300..400).contains(&answer.status).then(|| answer.header("location").map(ToOwned::to_owned)).flatten()
}

fn pick(choices: &[(String, String)], wanted: &str, label: &str) -> String {
    let exact = choices.iter().find(|(_, words)| words == wanted);
    let part = || choices.iter().find(|(_, words)| words.contains(wanted));
    exact.or_else(part).unwrap_or_else(|| panic!("「{label}」 offers no 「{wanted}」 but {choices:?}")).0.clone()
}

/// What a browser would send: every control of the form, with what was typed.
fn fields_of(
    form: &Form,
    typed: &BTreeMap<String, Vec<String>>,
    files: &BTreeMap<String, File>,
) -> Vec<(String, String)> {
    let has = |name: &String| form.controls.iter().any(|c| c.name == *name);
    let strange: Vec<_> = typed.keys().chain(files.keys()).filter(|name| !has(name)).collect();
    assert!(strange.is_empty(), "typed into fields that the form of this button does not have: {strange:?}");
    let mut fields = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for control in form.controls.iter().filter(|c| c.kind != "file") {
        match typed.get(&control.name) {
            Some(_) if done.contains(&control.name.as_str()) => {}
            Some(values) => {
                fields.extend(values.iter().map(|value| (control.name.clone(), value.clone())));
                done.push(&control.name);
            }
            None if matches!(control.kind.as_str(), "checkbox" | "radio") && !control.checked => {}
            None => fields.push((control.name.clone(), control.value.clone())),
        }
    }
    fields.extend(form.button.clone());
    fields
}

pub fn urlencoded(fields: &[(String, String)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    text.finish()
}

fn multipart(fields: &[(String, String)], files: &BTreeMap<String, File>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value.as_bytes());
        body.extend_from_slice(b"\r\n");
    }
    for (field, file) in files {
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"; filename=\"{}\"\r\ncontent-type: application/octet-stream\r\n\r\n",
            file.name
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&file.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
