//! The pages for what went wrong, one entry per status: plain words, what
//! happened to the answers, and one way on.
//!
//! Whoever turns an error into HTML renders [`ErrorPage`].

use askama::Template;

use crate::page::{Frame, SITE_OFFICE};

/// What one kind of failure tells its reader.
struct Words {
    status: u16,
    heading: &'static str,
    happened: &'static str,
    answers: &'static str,
    way_on: (&'static str, &'static str),
}

const HOME: (&str, &str) = ("/", "トップページへ");

/// The words per status; the last entry serves every status that is not listed.
const WORDS: &[Words] = &[
    Words {
        status: 400,
        heading: "送られた内容を読み取れませんでした",
        happened: "ページのアドレスか、送られた内容の一部が欠けています。",
        answers: "この操作では何も登録されていません。",
        way_on: HOME,
    },
    Words {
        status: 401,
        heading: "ログインしてください",
        happened: "しばらく操作がなかったため、ログアウトしました。",
        answers: "途中まで保存した入力は残っています。ログインすると続きから始められます。",
        way_on: ("/login", "ログインへ"),
    },
    Words {
        status: 403,
        heading: "この操作はできません",
        happened: "この操作をする権限がないか、画面を開いてから時間がたっています。",
        answers: "この操作では何も登録されていません。前の画面を開き直して、もう一度お試しください。",
        way_on: HOME,
    },
    Words {
        status: 404,
        heading: "ページが見つかりません",
        happened: "アドレスが違うか、ページがなくなっています。アドレスを手で入力した場合は、お確かめください。",
        answers: "登録した内容や申請は、なくなっていません。",
        way_on: HOME,
    },
    Words {
        status: 405,
        heading: "この開き方はできません",
        happened: "ボタンから進む画面を、アドレスから直接開いています。",
        answers: "この操作では何も登録されていません。",
        way_on: HOME,
    },
    Words {
        status: 408,
        heading: "送信が途中で切れました",
        happened: "内容が届くまでに時間がかかりすぎました。電波のよい場所で、もう一度お試しください。",
        answers: "いま送った内容は登録されていません。これまでに保存した内容は残っています。",
        way_on: HOME,
    },
    Words {
        status: 409,
        heading: "別の画面で更新されました",
        happened: "画面を開いている間に、同じ内容がほかの画面かほかの人によって更新されました。",
        answers: "いま送った内容は登録されていません。新しい内容を確かめてから、もう一度操作してください。",
        way_on: HOME,
    },
    Words {
        status: 413,
        heading: "送られたファイルが大きすぎます",
        happened: "1つのファイルは100MB（104,857,600バイト）までです。写真は1枚ずつ送ると小さくなります。",
        answers: "このファイルは保存されていません。ほかの入力は残っています。",
        way_on: HOME,
    },
    Words {
        status: 422,
        heading: "入力した内容をお確かめください",
        happened: "このままでは受け付けられない内容がありました。前の画面へ戻って直してください。",
        answers: "この操作では何も登録されていません。",
        way_on: HOME,
    },
    Words {
        status: 429,
        heading: "少し待ってからお試しください",
        happened: "短い間に続けて操作されたため、いったん受け付けを止めています。",
        answers: "この操作では何も登録されていません。これまでに保存した内容は残っています。",
        way_on: HOME,
    },
    Words {
        status: 503,
        heading: "ただいま混み合っています",
        happened: "アクセスが集中しているか、作業中のため、お答えできません。数分後にもう一度お試しください。",
        answers: "いま送った内容は登録されていません。これまでに保存した内容は残っています。",
        way_on: HOME,
    },
    Words {
        status: 500,
        heading: "申し訳ありません。処理できませんでした",
        happened: "こちらの不具合です。時間をおいて、もう一度お試しください。",
        answers: "いま送った内容は登録されていません。これまでに保存した内容は残っています。",
        way_on: HOME,
    },
];

/// An error page, drawn in the back office's layout if `frame.site` is the
/// back office's, else in the portal's.
pub struct ErrorPage {
    /// The frame, with the heading as title.
    pub frame: Frame,
    /// What happened.
    pub happened: String,
    /// What happened to the answers.
    pub answers: String,
    /// Address and words of the one way on.
    pub way_on: (String, String),
    /// Seconds until another try makes sense (429 and 503).
    pub retry_after_seconds: Option<u64>,
    /// The id under which the log knows this request; safe to show.
    pub request_id: String,
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct PortalError<'a> {
    frame: &'a Frame,
    page: &'a ErrorPage,
}

#[derive(Template)]
#[template(path = "web/office_error.html")]
struct OfficeError<'a> {
    frame: &'a Frame,
    page: &'a ErrorPage,
}

impl ErrorPage {
    /// The page for a status; `frame.title` is replaced by the heading.
    pub fn new(status: u16, frame: Frame, request_id: impl Into<String>) -> Self {
        let words = words(status);
        Self {
            frame: Frame { title: words.heading.to_owned(), ..frame },
            happened: words.happened.to_owned(),
            answers: words.answers.to_owned(),
            way_on: (words.way_on.0.to_owned(), words.way_on.1.to_owned()),
            retry_after_seconds: None,
            request_id: request_id.into(),
        }
    }

    /// Replaces the sentence on what happened by a more exact one.
    pub fn happened(self, sentence: impl Into<String>) -> Self {
        Self { happened: sentence.into(), ..self }
    }

    /// Replaces the sentence on the answers by a more exact one.
    pub fn answers(self, sentence: impl Into<String>) -> Self {
        Self { answers: sentence.into(), ..self }
    }

    /// Leads somewhere else than the usual way on.
    pub fn way_on(self, href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { way_on: (href.into(), label.into()), ..self }
    }

    /// The page as HTML.
    pub fn render(&self) -> askama::Result<String> {
        let (frame, page) = (&self.frame, self);
        match frame.site {
            SITE_OFFICE => OfficeError { frame, page }.render(),
            _ => PortalError { frame, page }.render(),
        }
    }

    /// Says when to try again.
    pub fn retry_after(self, seconds: Option<u64>) -> Self {
        Self { retry_after_seconds: seconds, ..self }
    }
}

fn words(status: u16) -> &'static Words {
    let fallback = &WORDS[WORDS.len() - 1];
    WORDS.iter().find(|words| words.status == status).unwrap_or(fallback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_page_with_number_and_way_on() {
        for status in [400, 401, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503] {
            let html = ErrorPage::new(status, Frame::new(""), "req-7f3a").render().expect("renders");
            assert!(html.contains(words(status).heading), "{status}");
            assert!(html.contains(words(status).answers), "{status}");
            assert!(html.contains("req-7f3a"), "{status}");
            assert_eq!(html.matches("<h1").count(), 1, "{status}");
            assert!(!html.contains("不正") && !html.contains("無効"), "{status}");
        }
    }

    #[test]
    fn an_unknown_status_reads_as_our_own_fault() {
        let page = ErrorPage::new(418, Frame::new(""), "x");
        assert!(page.frame.title.starts_with("申し訳ありません"));
    }

    #[test]
    fn the_waiting_time_is_told_in_words() {
        let html = ErrorPage::new(429, Frame::new(""), "x").retry_after(Some(90)).render().expect("renders");
        assert!(html.contains("90秒後"));
    }
}
