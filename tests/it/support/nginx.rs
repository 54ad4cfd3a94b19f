//! nginx in front of the program: the configuration of `deploy/nginx`, with other
//! addresses, without TLS, and with what the tests say of where they come from.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/nginx");
const PROGRAM: &str = "/usr/sbin/nginx";

/// Ports of one site.
pub struct Site {
    /// Where nginx listens.
    pub front: u16,
    /// Where its processes do.
    pub behind: [u16; 2],
}

/// Runs until it is dropped.
pub struct Nginx {
    child: Child,
    folder: TempDir,
}

impl Nginx {
    /// Starts it in front of portal, back office and device API, in this order.
    pub fn start(sites: &[Site; 3]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("snippets")).expect("a folder");
        for snippet in ["uketsuke-proxy.conf", "uketsuke-away.conf"] {
            write(&path("snippets").join(snippet), &proxied(&example(&format!("snippets/{snippet}"))));
        }
        write(&path("sites.conf"), &site_by_site(&example("uketsuke.conf"), sites, folder.path()));
        write(&path("upstreams.conf"), &upstreams(&example("uketsuke-upstreams.conf"), sites));
        write(&path("nginx.conf"), &main_file(folder.path()));
        let child = Command::new(PROGRAM)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(path("nginx.conf"))
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("tests/run installs nginx");
        let nginx = Self { child, folder };
        for site in sites {
            while std::net::TcpStream::connect(("127.0.0.1", site.front)).is_err() {
                std::thread::yield_now();
            }
        }
        nginx
    }

    /// The lines of the log: no paths, but both statuses, nginx's and the program's.
    pub fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default();
        log.lines().map(ToOwned::to_owned).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers go with the master when that is told, not when it is killed.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn example(name: &str) -> String {
    fs::read_to_string(Path::new(EXAMPLE).join(name)).expect("the example is in the repository")
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("the folder is writable");
}

/// The tests are a balancer of their own: they say whom they speak for.
fn proxied(text: &str) -> String {
    text.replace("X-Forwarded-For $remote_addr;", "X-Forwarded-For $proxy_add_x_forwarded_for;")
}

fn upstreams(text: &str, sites: &[Site; 3]) -> String {
    let known = [["8080", "8180"], ["8081", "8181"], ["8082", "8182"]];
    let both = |text: String, (known, site): ([&str; 2], &Site)| {
        known
            .iter()
            .zip(site.behind)
            .fold(text, |text, (from, to)| text.replace(&format!(":{from} "), &format!(":{to} ")))
    };
    known.into_iter().zip(sites).fold(text.to_owned(), both)
}

/// The three sites themselves, without TLS and the names around it.
fn site_by_site(text: &str, sites: &[Site; 3], folder: &Path) -> String {
    let log_format = text.find("log_format").expect("the example has it");
    let log_format = &text[log_format..=log_format + text[log_format..].find(';').expect("it ends")];
    let (_, servers) = text.split_once("# The portal, both sites.").expect("the example has it");
    let mut fronts = sites.iter().map(|site| site.front);
    let mut made = format!("{log_format}\n");
    for line in servers.lines() {
        let words = line.trim();
        let of_tls =
            words.starts_with("ssl_") || words.contains("uketsuke-tls.conf") || words.starts_with("listen [::]");
        let line = match words {
            "listen 443 ssl http2;" => format!("listen 127.0.0.1:{};", fronts.next().expect("three sites")),
            "access_log off;" => "access_log access.log uketsuke;".to_owned(),
            "allow 10.0.0.0/8;" => "allow 127.0.0.0/8;".to_owned(),
            _ if of_tls => continue,
            _ => line.replace("/var/log/nginx", &folder.display().to_string()),
        };
        let line = line.replace("access_log access.log", &format!("access_log {}/access.log", folder.display()));
        writeln!(made, "{line}").expect("memory");
    }
    assert!(fronts.next().is_none(), "a site is missing in the example");
    made
}

fn main_file(folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("    {kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nuser root;\nworker_processes 2;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log crit;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n{temporary}    include {folder}/upstreams.conf;\n    include {folder}/sites.conf;\n}}\n"
    )
}
