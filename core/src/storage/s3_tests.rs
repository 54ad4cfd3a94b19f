//! An object store that does not do what it should. Its side is a few lines of
//! HTTP here; what a real one does is in `conformance`.

use std::io::Write;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::storage::conformance::Desk;

/// What a request is answered: status and body.
type Script = fn(&str) -> (u16, String);

/// A server that answers by a script, and the requests that came.
async fn scripted(script: Script) -> (Bucket, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let seen = Arc::clone(&seen);
            tokio::spawn(async move {
                let request = read_request(&mut line).await;
                let (status, body) = script(&request);
                seen.lock().unwrap().push(request);
                let head = format!(
                    "HTTP/1.1 {status} OK\r\ncontent-length: {}\r\netag: \"e\"\r\nconnection: close",
                    body.len()
                );
                let _ = line.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await;
            });
        }
    });
    let bucket = Bucket { name: "b".into(), prefix: "p/".into(), region: "r".into(), endpoint: Some(endpoint) };
    (bucket, asked)
}

/// Reads head and body; answers `METHOD PATH`.
async fn read_request(line: &mut tokio::net::TcpStream) -> String {
    let (mut got, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let text = String::from_utf8_lossy(&got[..got.len().min(8192)]).to_lowercase();
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
            if got.len() >= head + 4 + length.unwrap_or(0_usize) {
                break;
            }
        }
        match line.read(&mut buffer).await {
            Ok(read) if read > 0 => got.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    let head = String::from_utf8_lossy(&got[..got.len().min(2048)]).into_owned();
    head.split(" HTTP/").next().unwrap_or_default().to_owned()
}

const STARTED: &str = "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
const BROKEN: &str = "<Error><Code>InternalError</Code></Error>";

fn methods(asked: &Mutex<Vec<String>>) -> Vec<String> {
    asked.lock().unwrap().iter().map(|asked| asked.split(' ').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_unavailable_and_leaves_nothing() {
    let bucket = Bucket {
        name: "b".into(),
        prefix: String::new(),
        region: "r".into(),
        endpoint: Some("http://127.0.0.1:1".into()),
    };
    let desk = Desk::on(&bucket);
    let received = desk.receive(b"a").await;
    let kept = desk.storage.keep(Area::Evidence, received).await;
    assert!(matches!(kept, Err(StorageError::Unavailable(_))), "{kept:?}");
    assert_eq!(desk.staged(), 0);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_aborted() {
    let (bucket, asked) = scripted(|asked| match asked.split(' ').next() {
        Some("POST") => (200, STARTED.to_owned()),
        Some("DELETE") => (204, String::new()),
        _ if asked.contains("partNumber=2") => (400, BROKEN.to_owned()),
        _ => (200, String::new()),
    })
    .await;
    let desk = Desk::on(&bucket);
    let received = desk.receive(&vec![7; 2 * PART_BYTES]).await;
    let kept = desk.storage.keep(Area::Evidence, received).await;
    assert!(matches!(kept, Err(StorageError::Unavailable(_))), "{kept:?}");
    assert_eq!(methods(&asked), ["POST", "PUT", "PUT", "DELETE"]);
    let aborted = asked.lock().unwrap().pop().unwrap();
    assert!(aborted.starts_with("DELETE /b/p/evidence/") && aborted.ends_with("?uploadId=u1"), "{aborted}");
    assert_eq!(desk.staged(), 0);
}

#[tokio::test]
async fn a_file_that_the_disk_altered_is_not_completed() {
    let (bucket, asked) = scripted(|asked| match asked.split(' ').next() {
        Some("POST") => (200, STARTED.to_owned()),
        _ => (200, String::new()),
    })
    .await;
    let desk = Desk::on(&bucket);
    for size in [10, PART_BYTES + 10] {
        let received = desk.receive(&vec![7; size]).await;
        std::fs::OpenOptions::new().write(true).open(received.path()).unwrap().write_all(b"x").unwrap();
        let kept = desk.storage.keep(Area::Evidence, received).await;
        assert!(matches!(kept, Err(StorageError::Unavailable(_))), "{kept:?}");
    }
    assert_eq!(methods(&asked), ["POST", "PUT", "PUT", "DELETE"], "nothing of the small one, the large one aborted");
}

#[tokio::test]
async fn a_small_file_is_put_once_more_when_the_store_was_busy() {
    let (bucket, asked) = scripted(|_| (503, "<Error><Code>SlowDown</Code></Error>".to_owned())).await;
    let desk = Desk::on(&bucket);
    let received = desk.receive(b"a").await;
    let kept = desk.storage.keep(Area::Evidence, received).await;
    assert!(matches!(kept, Err(StorageError::Unavailable(_))), "{kept:?}");
    assert_eq!(methods(&asked), ["PUT", "PUT"]);
}

#[tokio::test]
async fn what_a_killed_process_left_is_aborted_when_it_is_old() {
    let (bucket, asked) = scripted(|asked| {
        if asked.starts_with("DELETE") {
            return (204, String::new());
        }
        let upload = |key: &str, id: &str, at: &str| {
            format!(
                "<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{at}</Initiated>\
                 <StorageClass>STANDARD</StorageClass></Upload>"
            )
        };
        let ours = format!("p/evidence/{}", "0".repeat(32));
        let uploads = [
            upload(&ours, "old", "2026-11-20T00:00:00.000Z"),
            upload(&ours, "new", "2026-11-29T00:00:00.000Z"),
            upload("p/of-somebody-else", "other", "2026-11-01T00:00:00.000Z"),
        ];
        let list = uploads.concat();
        (200, format!("<ListMultipartUploadsResult><Bucket>b</Bucket><IsTruncated>false</IsTruncated>{list}</ListMultipartUploadsResult>"))
    })
    .await;
    let desk = Desk::on(&bucket);
    let before = "2026-11-28T00:00:00Z".parse().unwrap();
    assert_eq!(desk.storage.sweep_halves(before).await.unwrap(), 1);
    let deleted: Vec<String> =
        asked.lock().unwrap().iter().filter(|asked| asked.starts_with("DELETE")).cloned().collect();
    assert!(deleted.len() == 1 && deleted[0].ends_with("?uploadId=old"), "{deleted:?}");
}

#[tokio::test]
async fn a_store_that_lists_no_uploads_is_not_a_fault() {
    let (bucket, _) = scripted(|_| (501, "<Error><Code>NotImplemented</Code></Error>".to_owned())).await;
    assert_eq!(Desk::on(&bucket).storage.sweep_halves(Utc::now()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_bucket_that_is_missing_is_a_fault_of_the_store_and_not_a_missing_file() {
    let (bucket, _) = scripted(|_| (404, "<Error><Code>NoSuchBucket</Code></Error>".to_owned())).await;
    let listed = Desk::on(&bucket).storage.list(Area::Evidence, None, 10).await;
    assert!(matches!(listed, Err(StorageError::Unavailable(_))), "{listed:?}");
}
