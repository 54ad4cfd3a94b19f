//! Letters about a facility are from its portal site: they lead there, are marked
//! with it and name it at their foot.

use diesel::prelude::*;

use super::*;
use crate::application::mail::{Approved, Withdrawn};
use crate::closing::FacilityClosed;
use crate::db::{Actor, Db};
use crate::device::{self, FacilityDevices, HolderTyped, Reissued};
use crate::ending::UsageEnded;
use crate::form::FieldErrors;
use crate::grant::Grant;
use crate::registration;
use crate::reminder::ReminderDevices;
use crate::schema::{applications, facilities};
use crate::scope::FacilityScope;
use crate::secret::ReceiptNumber;
use crate::testing::{self, keyring, mail_context, test_db};

fn is_from(letter: &Message, site: Site) {
    let context = mail_context();
    let (own, other) = (format!("{}/", context.portal_url(site)), format!("{}/", context.portal_url(site.other())));
    assert_eq!(letter.site, Some(site), "{}", letter.body);
    assert!(letter.body.contains(&own) && !letter.body.contains(&other), "{}", letter.body);
    assert!(letter.body.contains(&format!("----\n{}\n", site.name())), "{}", letter.body);
}

/// Every letter that a facility with this grant can be sent at once.
fn letters(db: &Db, scope: &FacilityScope, grant: &Grant, device: Option<crate::ids::DeviceId>) -> Vec<Message> {
    let (facility, account) = (scope.facility().clone(), scope.account().clone());
    let application = grant.application().clone();
    db.write_blocking(Actor::system(), |tx| {
        let (context, at) = (mail_context(), tx.now());
        let of_it = applications::table.find(&application);
        diesel::update(of_it).set(applications::number.eq(ReceiptNumber::mint())).execute(tx.conn())?;
        let closed_on = Some(crate::clock::tokyo_date(at.utc()));
        let mut letters = vec![
            Approved { application: application.clone() }.compose(tx, &context)?,
            Withdrawn { application }.compose(tx, &context)?,
            UsageEnded { facility: facility.clone(), account: account.clone() }.compose(tx, &context)?,
            ReminderDevices { facility: facility.clone(), account: account.clone() }.compose(tx, &context)?,
            FacilityDevices { facility: facility.clone(), account: account.clone(), stopped: false, at }
                .compose(tx, &context)?,
        ];
        if let Some(device) = device {
            letters.push(Reissued { device, account: account.clone(), at }.compose(tx, &context)?);
        }
        diesel::update(facilities::table.find(&facility))
            .set(facilities::closed_on.eq(closed_on))
            .execute(tx.conn())?;
        letters.push(FacilityClosed { facility, account }.compose(tx, &context)?);
        Ok(letters.into_iter().map(|letter| letter.expect("a letter that is needed")).collect())
    })
    .expect("composed")
}

#[test]
fn letters_to_a_clinic_are_from_the_site_of_clinics() {
    let db = test_db();
    let (scope, grant) = testing::clinic(&db, 2);
    let typed: HolderTyped = testing::holder(&db, "tanaka");
    let made = |tx: &mut Tx<'_>| device::create(tx, &keyring(), &scope, (&typed, FieldErrors::default()), 30);
    let device = db.write_blocking(scope.actor(), made).expect("an account");
    let letters = letters(&db, &scope, &grant, Some(device));
    assert_eq!(letters.len(), 7);
    letters.iter().for_each(|letter| is_from(letter, Site::Csm));
}

#[test]
fn letters_to_a_practice_are_from_the_site_of_practices() {
    let db = test_db();
    let scope = testing::office(&db, true);
    let grant = db
        .write_blocking(Actor::system(), |tx| {
            let grant = testing::approved(tx, &scope)?;
            registration::register(tx, &grant, 3)?;
            Ok(grant)
        })
        .expect("approved");
    letters(&db, &scope, &grant, None).iter().for_each(|letter| is_from(letter, Site::Omf));
}

#[test]
fn the_subject_begins_with_the_site_that_writes() {
    for (site, shown) in [
        (Some(Site::Omf), "【施術所ポータル】登録を完了 してください"),
        (Some(Site::Csm), "【医療機関ポータル】登録を完了 してください"),
        (None, "登録を完了 してください"),
    ] {
        let message = Message { subject: "登録を完了\nしてください".into(), site, ..Message::default() };
        assert_eq!(message.subject_line(), shown);
    }
}
