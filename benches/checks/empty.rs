//! The yardstick: the same server code and settings, and handlers that do nothing.

use std::net::TcpListener;
use std::path::Path;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Payload, ServiceConfig};
use futures_util::StreamExt;
use uketsuke_core::secret::Keyring;
use uketsuke_web::page::SITE_OMF;
use uketsuke_web::site::{Face, PORTAL_COOKIES, Site};

use crate::server::{Target, free_port, on_core};

/// A process that serves nothing.
pub struct Empty {
    child: Child,
    address: String,
}

impl Empty {
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let order = folder.join("empty.txt");
        std::fs::write(&order, &address)?;
        let program = std::env::current_exe()?;
        let child = on_core(0, &program).args(["--role", "empty", "--order"]).arg(&order).spawn()?;
        while std::net::TcpStream::connect(&address).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { child, address })
    }
}

impl Target for Empty {
    fn address(&self) -> String {
        self.address.clone()
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is killed.
pub fn serve(order: &Path) -> anyhow::Result<()> {
    let listener = TcpListener::bind(std::fs::read_to_string(order)?)?;
    let site = Site {
        name: SITE_OMF,
        origin: String::new(),
        keyring: Arc::new(Keyring::from_master("x", &[0; 32])),
        trusted_proxies: Vec::new(),
        phone: String::new(),
        cookies: PORTAL_COOKIES,
        face: Face::Api,
    };
    let site = Data::new(site.into());
    let lean = |config: &mut ServiceConfig| {
        config.route("/", web::get().to(hello)).route("/oauth/introspect", web::post().to(unread));
    };
    actix_web::rt::System::new().block_on(async move {
        uketsuke_web::server::bind_with_lean(
            listener,
            uketsuke::serve::threads(),
            site,
            uketsuke_web::patience::Patience::STANDARD,
            lean,
            |_| {},
        )?
        .await
    })?;
    Ok(())
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok().body("nothing")
}

async fn unread(mut body: Payload) -> HttpResponse {
    while body.next().await.is_some() {}
    HttpResponse::Ok().body("nothing")
}
