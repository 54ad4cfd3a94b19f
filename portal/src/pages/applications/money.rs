//! What was decided about 助成金, and where its payment stands, for the page of an
//! application.

use actix_web::web::Data;
use uketsuke_core::application::Case;
use uketsuke_core::money::shown;
use uketsuke_core::subsidy::decision::{self, Decision, Outcome};
use uketsuke_core::subsidy::notice::{self, Notice};
use uketsuke_core::subsidy::payment::{Standing, standing};
use uketsuke_web::{PageError, words};

use crate::Portal;

/// A decision about an application.
pub(super) struct Money {
    pub decision: Decision,
    /// Its notice, once its file is made.
    pub notice: Option<Notice>,
    pub standing: Standing,
}

/// The decision about a case that this person may see, if there is one.
pub(super) async fn of(portal: &Data<Portal>, case: &Case) -> Result<Option<Money>, PageError> {
    let id = case.application.id.clone();
    let found = portal.db.read(move |c| {
        let Some(decision) = decision::find(c, &id)? else { return Ok(None) };
        let notice = notice::find(c, &id)?.filter(|notice| notice.storage_key.is_some());
        let standing = standing(c, &decision, notice.as_ref())?;
        Ok(Some(Money { decision, notice, standing }))
    });
    Ok(found.await?)
}

impl Money {
    /// What was granted; nothing for a refusal.
    pub(super) fn granted(&self) -> String {
        match self.decision.outcome {
            Outcome::Granted => shown(self.decision.yen),
            Outcome::Refused => String::new(),
        }
    }

    /// Whether less was counted than claimed, which need not lower the grant.
    pub(super) fn is_partial(&self) -> bool {
        let mut lines = self.decision.decided.lines.iter();
        self.decision.outcome == Outcome::Granted && lines.any(|line| !line.reason.is_empty())
    }

    /// Whether the account has to be corrected.
    pub(super) fn is_held(&self) -> bool {
        self.standing == Standing::Held
    }

    /// Where the payment stands, in a sentence.
    pub(super) fn sentence(&self) -> String {
        match self.standing {
            Standing::Refused => String::new(),
            Standing::BeforeNotice => "交付決定通知書を作成しています。できあがると、この画面に表示します。".to_owned(),
            Standing::Waiting => "お振込みの準備をしています。振込日が決まると、この画面に表示します。".to_owned(),
            Standing::InTransfer(on) => format!("{}にお振り込みする予定です。", words::day(on)),
            Standing::Paid(on) => format!("{}にお振り込みしました。", words::day(on)),
            Standing::Held => {
                "お振り込みできませんでした。口座の内容が通帳と合っていないようです。振込先の口座を直してください。"
                    .to_owned()
            }
        }
    }
}
