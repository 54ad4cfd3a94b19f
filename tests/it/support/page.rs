//! A page as a person sees it: words, labels, buttons; and as a browser sees
//! it: forms with the fields they would send.

use scraper::{ElementRef, Html, Selector};

/// One answered page.
#[derive(Debug, Clone)]
pub struct Page {
    pub status: u16,
    pub path: String,
    pub html: String,
}

/// A control that its label leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    pub name: String,
    pub kind: String,
    pub value: String,
    pub checked: bool,
    /// For selects: (value, words).
    pub choices: Vec<(String, String)>,
}

/// A form as it would be sent by one of its buttons.
#[derive(Debug, Clone)]
pub struct Form {
    pub method: String,
    pub action: String,
    pub is_multipart: bool,
    pub controls: Vec<Control>,
    /// The pressed button's own field.
    pub button: Option<(String, String)>,
}

pub fn select(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|e| panic!("{css}: {e}"))
}

/// Text with runs of blanks as one.
pub fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(element: ElementRef<'_>) -> String {
    squeeze(&element.text().collect::<String>())
}

/// A label's words without 「※必須」 and 「※任意」.
fn label_words(element: ElementRef<'_>) -> String {
    let all = words(element);
    squeeze(all.trim_end_matches("※必須").trim_end_matches("※任意"))
}

impl Page {
    pub fn document(&self) -> Html {
        Html::parse_document(&self.html)
    }

    /// All visible words.
    pub fn text(&self) -> String {
        self.document().select(&select("body")).next().map(words).unwrap_or_default()
    }

    pub fn says(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// Asserts that the page says this.
    pub fn expect(&self, words: &str) -> &Self {
        assert!(self.says(words), "「{words}」 is not on {} ({}):\n{}", self.path, self.status, self.text());
        self
    }

    /// Asserts that the page does not say this.
    pub fn expect_not(&self, words: &str) -> &Self {
        assert!(!self.says(words), "「{words}」 is on {}:\n{}", self.path, self.text());
        self
    }

    pub fn h1(&self) -> String {
        self.all_words("h1").into_iter().next().unwrap_or_default()
    }

    /// The words of every element a selector finds.
    pub fn all_words(&self, css: &str) -> Vec<String> {
        self.document().select(&select(css)).map(words).collect()
    }

    /// The lines of the fault summary.
    pub fn faults(&self) -> Vec<String> {
        self.all_words(".error-summary li")
    }

    /// An attribute of every element a selector finds.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        self.document().select(&select(css)).filter_map(|e| e.attr(name)).map(ToOwned::to_owned).collect()
    }

    /// Where the only link with these words leads.
    pub fn link(&self, wanted: &str) -> String {
        let document = self.document();
        let links: Vec<_> =
            document.select(&select("a[href]")).map(|a| (words(a), a.attr("href").unwrap_or_default())).collect();
        let exact = links.iter().find(|(text, _)| text == wanted);
        let part = || links.iter().find(|(text, _)| text.contains(wanted));
        match exact.or_else(part) {
            Some((_, href)) => (*href).to_owned(),
            None => panic!("no link 「{wanted}」 on {}; there are: {links:?}\n{}", self.path, self.text()),
        }
    }

    /// The control with this label.
    pub fn control(&self, label: &str) -> Control {
        let document = self.document();
        let labels: Vec<_> = document.select(&select("label[for]")).map(|l| (label_words(l), l)).collect();
        let exact: Vec<_> = labels.iter().filter(|(text, _)| text == label).collect();
        let found: Vec<_> =
            if exact.is_empty() { labels.iter().filter(|(text, _)| text.contains(label)).collect() } else { exact };
        let [(_, found)] = found.as_slice() else {
            let names: Vec<_> = labels.iter().map(|(text, _)| text).collect();
            panic!("{} labels 「{label}」 on {}; labels: {names:?}\n{}", found.len(), self.path, self.text())
        };
        let id = found.attr("for").unwrap_or_default();
        document
            .select(&select("input, select, textarea"))
            .find(|element| element.attr("id") == Some(id))
            .map(control)
            .unwrap_or_else(|| panic!("the label 「{label}」 on {} leads to no control", self.path))
    }

    /// The control with this name, for groups that have no single label.
    pub fn named(&self, name: &str) -> Control {
        self.document()
            .select(&select("input, select, textarea"))
            .find(|element| element.attr("name") == Some(name))
            .map(control)
            .unwrap_or_else(|| panic!("no control is named {name} on {}", self.path))
    }

    /// The names that the boxes of the group with this legend begin with.
    pub fn group(&self, legend: &str) -> String {
        let document = self.document();
        document
            .select(&select("fieldset[id]"))
            .find(|set| set.select(&select("legend")).any(|l| label_words(l).contains(legend)))
            .and_then(|set| set.attr("id"))
            .unwrap_or_else(|| panic!("no group 「{legend}」 on {}:\n{}", self.path, self.text()))
            .to_owned()
    }

    /// The buttons' words, in order.
    pub fn buttons(&self) -> Vec<String> {
        self.all_words("button[type=submit], button:not([type])")
    }

    /// The form that the button with these words sends; `near` picks one of
    /// several by words of the row or section it stands in.
    pub fn form(&self, button: &str, near: Option<&str>) -> Form {
        let document = self.document();
        let buttons: Vec<_> = document
            .select(&select("form button[type=submit], form button:not([type])"))
            .filter(|b| words(*b) == button)
            .collect();
        let fits = |b: &&ElementRef<'_>| near.is_none_or(|near| stands_near(**b, near));
        let fitting: Vec<_> = buttons.iter().filter(fits).collect();
        let [pressed] = fitting.as_slice() else {
            panic!(
                "{} buttons 「{button}」 on {} ({}); buttons: {:?}\n{}",
                fitting.len(),
                self.path,
                self.status,
                self.buttons(),
                self.text()
            )
        };
        let form = pressed.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "form");
        let button =
            pressed.attr("name").map(|name| (name.to_owned(), pressed.attr("value").unwrap_or_default().to_owned()));
        read_form(form.expect("the selector asks for a form"), &self.path, button)
    }

    /// Every form of the page, in order.
    pub fn forms(&self) -> Vec<Form> {
        self.document().select(&select("main form")).map(|form| read_form(form, &self.path, None)).collect()
    }
}

/// Whether the closest row, card or section around an element says this.
fn stands_near(element: ElementRef<'_>, near: &str) -> bool {
    element
        .ancestors()
        .filter_map(ElementRef::wrap)
        .find(|e| {
            matches!(e.value().name(), "tr" | "li" | "section" | "article")
                || e.value().classes().any(|c| c == "card" || c == "summary-row")
        })
        .is_some_and(|around| words(around).contains(near))
}

fn read_form(form: ElementRef<'_>, path: &str, button: Option<(String, String)>) -> Form {
    let action = form.attr("action").filter(|action| !action.is_empty()).unwrap_or(path);
    Form {
        method: form.attr("method").unwrap_or("get").to_ascii_lowercase(),
        action: action.to_owned(),
        is_multipart: form.attr("enctype") == Some("multipart/form-data"),
        controls: form.select(&select("input[name], select[name], textarea[name]")).map(control).collect(),
        button,
    }
}

fn control(element: ElementRef<'_>) -> Control {
    let kind = match element.value().name() {
        "input" => element.attr("type").unwrap_or("text").to_owned(),
        other => other.to_owned(),
    };
    let choices: Vec<(String, String)> = element
        .select(&select("option"))
        .map(|option| (option.attr("value").map_or_else(|| words(option), ToOwned::to_owned), words(option)))
        .collect();
    let value = match kind.as_str() {
        "select" => element
            .select(&select("option[selected]"))
            .next()
            .and_then(|option| option.attr("value"))
            .map(ToOwned::to_owned)
            .or_else(|| choices.first().map(|(value, _)| value.clone()))
            .unwrap_or_default(),
        // The parser drops the first line break, as browsers do.
        "textarea" => element.text().collect(),
        "checkbox" | "radio" => element.attr("value").unwrap_or("on").to_owned(),
        _ => element.attr("value").unwrap_or_default().to_owned(),
    };
    let checked = element.attr("checked").is_some();
    Control { name: element.attr("name").unwrap_or_default().to_owned(), kind, value, checked, choices }
}
