//! What every page of a portal tells, error pages included: whether the call
//! centre answers now, and what is urgent. The application that knows it puts an [`Announcer`] into
//! its data; one without says nothing.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use uketsuke_core::notice::{Audience, Head};

use crate::page::Emergency;

/// What there is to tell at the moment of a request; in its extensions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// Whether somebody answers the telephone, where known.
    pub desk_is_open: Option<bool>,
    /// The notices that are shown, newest first, whomever they are for.
    pub notices: Arc<Vec<Head>>,
}

impl Announced {
    /// What stands at the top of every page for these people: the newest, and how
    /// many more there are.
    pub fn emergency(&self, audience: Audience) -> Option<Emergency> {
        let mut loud = self.notices.iter().filter(|notice| notice.banner && notice.is_for(audience));
        let newest = loud.next()?;
        Some(Emergency { text: newest.title.clone(), href: format!("/notices/{}", newest.id), more: loud.count() })
    }
}

/// Knows what there is to tell. Every page asks: it must answer from memory.
pub trait Announcer: Send + Sync {
    /// What there is to tell now.
    fn announced(&self) -> LocalBoxFuture<'_, Announced>;
}

/// Lets the pages drawn for this request know; asks once per request.
pub(crate) async fn learn(request: &HttpRequest) {
    let known = request.extensions().contains::<Announced>();
    let announcer = request.app_data::<Data<dyn Announcer>>().cloned();
    if let Some(announcer) = announcer.filter(|_| !known) {
        let announced = announcer.announced().await;
        request.extensions_mut().insert(announced);
    }
}
