//! Dialogues with a mail server of a few lines.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::*;

/// Connection and line, as they came.
type Heard = Arc<Mutex<Vec<(usize, String)>>>;
/// What is answered to a line on the connection with this number; nothing where empty.
/// The lines of a letter but its last, the dot, are not asked about.
type Script = fn(usize, &str) -> &'static str;

fn serve(script: Script) -> (SmtpMail, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let hears = Arc::clone(&heard);
    thread::spawn(move || {
        for (number, line) in listener.incoming().flatten().enumerate() {
            let hears = Arc::clone(&hears);
            thread::spawn(move || talk(line, number, script, &hears));
        }
    });
    (client(&format!("smtp://127.0.0.1:{port}")), heard)
}

fn talk(mut stream: TcpStream, number: usize, script: Script, heard: &Heard) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut within = false;
    let mut say = |text: &str| text.is_empty() || stream.write_all(format!("{text}\r\n").as_bytes()).is_ok();
    say(script(number, "banner"));
    for line in lines.map_while(|line| line.ok()) {
        heard.lock().unwrap().push((number, line.clone()));
        if within && line != "." {
            continue;
        }
        let answer = script(number, &line);
        within = answer.starts_with("354");
        if !say(answer) {
            return;
        }
    }
}

/// Takes everything.
fn well(_: usize, line: &str) -> &'static str {
    match line {
        "banner" => "220 ready",
        "DATA" => "354 go on",
        _ => "250 ok",
    }
}

fn client(url: &str) -> SmtpMail {
    SmtpMail::new(url, "noreply@example.jp".parse().unwrap()).unwrap()
}

async fn send(smtp: &SmtpMail, subject: &str) -> Result<(), SendError> {
    let message = Message { to: "taro@example.jp".into(), subject: subject.into(), ..Message::default() };
    smtp.send(&MailId::mint(), &message).await
}

fn connections(heard: &Heard) -> usize {
    heard.lock().unwrap().iter().map(|(number, _)| number + 1).max().unwrap_or_default()
}

#[tokio::test]
async fn letters_go_over_one_connection_as_long_as_all_is_well() {
    let (smtp, heard) = serve(well);
    for n in 0..3 {
        send(&smtp, &format!("letter {n}")).await.unwrap();
    }
    assert_eq!(connections(&heard), 1);
    assert_eq!(heard.lock().unwrap().iter().filter(|(_, line)| line == ".").count(), 3);
}

#[tokio::test]
async fn a_late_answer_is_not_taken_for_that_to_the_next_letter() {
    // The first letter's dot is answered when nobody waits for that any more; the second
    // letter is refused for now.
    let (smtp, heard) = serve(|number, line| match (number, line) {
        (0, ".") => "",
        (0, "NOOP") => "250 late: the first is taken\r\n250 noop",
        (1, ".") => "450 not now",
        _ => well(number, line),
    });
    let hasty = smtp.clone().within(Duration::from_millis(300));
    assert!(matches!(send(&hasty, "first").await, Err(SendError::Temporary(_))));
    let second = send(&smtp, "second").await;
    assert!(matches!(&second, Err(SendError::Temporary(why)) if why.contains("450")), "{second:?}");
    assert_eq!(connections(&heard), 2);
}

#[tokio::test]
async fn only_what_is_said_of_the_letter_is_for_good() {
    let cases: [(Script, bool); 7] = [
        (|n, line| if line.starts_with("RCPT") { "550 5.1.1 unknown" } else { well(n, line) }, true),
        (|n, line| if line == "." { "552 too large" } else { well(n, line) }, true),
        (|n, line| if line.starts_with("RCPT") { "450 busy" } else { well(n, line) }, false),
        (|n, line| if line == "banner" { "554 no service" } else { well(n, line) }, false),
        (|n, line| if line.starts_with("MAIL") { "530 log in first" } else { well(n, line) }, false),
        (|n, line| if line == "DATA" { "250 what was that" } else { well(n, line) }, false),
        (|n, line| if line == "." { "354 go on" } else { well(n, line) }, false),
    ];
    for (at, (script, for_good)) in cases.into_iter().enumerate() {
        let (smtp, _) = serve(script);
        let sent = send(&smtp, "x").await;
        assert_eq!(matches!(sent, Err(SendError::Permanent(_))), for_good, "case {at}: {sent:?}");
        assert!(sent.is_err(), "case {at}");
    }
}

#[tokio::test]
async fn a_connection_that_its_server_ended_is_not_used_again() {
    let (smtp, heard) = serve(|number, line| match (number, line) {
        (0, "NOOP") => "421 good night",
        _ => well(number, line),
    });
    send(&smtp, "first").await.unwrap();
    send(&smtp, "second").await.unwrap();
    assert_eq!(connections(&heard), 2);
}

#[tokio::test]
async fn without_starttls_nothing_goes_in_clear() {
    let (plain, heard) = serve(well);
    let url = format!("smtp://name:password@127.0.0.1:{}?tls=required", plain.server.port);
    assert!(matches!(send(&client(&url), "secret").await, Err(SendError::Temporary(_))));
    let heard = heard.lock().unwrap();
    assert!(heard.iter().all(|(_, line)| line.starts_with("EHLO") || line == "QUIT"), "{heard:?}");
}

#[test]
fn addresses_of_servers_are_read() {
    let server = |url: &str| Server::parse(url).ok().map(|server| (server.host, server.port));
    assert_eq!(server("smtp://localhost"), Some(("localhost".to_owned(), 25)));
    assert_eq!(server("smtp://n%40x:p%2Fw@mail.example:2525?tls=required"), Some(("mail.example".to_owned(), 2525)));
    assert_eq!(server("smtp://[::1]?tls=required"), Some(("::1".to_owned(), 587)));
    assert_eq!(server("smtps://mail.example/our-name"), Some(("mail.example".to_owned(), 465)));
    for wrong in ["smtp://h?tls=opportunistic", "http://h", "smtp:", "mail.example:25"] {
        assert_eq!(server(wrong), None, "{wrong}");
    }
}
