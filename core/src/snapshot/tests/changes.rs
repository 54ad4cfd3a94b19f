//! Whatever changes what a check reads stands in the log: after each step the
//! memory fed by it is the memory one would load.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::*;
use crate::annex;
use crate::client_app::{self, Platform};
use crate::db::At;
use crate::device::{DeviceState, DeviceVerb, TRANSITIONS};
use crate::ids::CredentialId;
use crate::schema::{client_apps, credentials, devices, facilities, introspection_clients, registrations};
use crate::secret::PlainToken;
use crate::staff::role::Role;

/// An office that a main one speaks for.
const SUBORDINATE: testing::NewFacility<'_> = testing::NewFacility {
    kind: crate::facility::kind::FacilityKind::AcupunctureMassage,
    code: "1322222222",
    ..testing::OFFICE
};

type Step = fn(&World);

/// An address that no range was set against.
fn anywhere() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

fn step(verb: DeviceVerb, world: &World, id: &DeviceId) {
    match verb {
        DeviceVerb::Activate => {
            activate(&world.db, &world.scope, id);
        }
        DeviceVerb::Reissue => {
            world.write(|tx| device::reissue(tx, &keyring(), &world.scope, id, device::Replacement::Again, 30))
        }
        DeviceVerb::ReissueLost => {
            world.write(|tx| device::reissue(tx, &keyring(), &world.scope, id, device::Replacement::Lost, 30))
        }
        DeviceVerb::Swap => {
            world.write(|tx| device::reissue(tx, &keyring(), &world.scope, id, device::Replacement::Swap, 30))
        }
        DeviceVerb::ActivateBeside => {
            activate(&world.db, &world.scope, id);
        }
        DeviceVerb::TakeOver => world.write(|tx| {
            let incoming = credentials::table.filter(credentials::state.eq("incoming")).select(credentials::id);
            let client: CredentialId = incoming.first(tx.conn())?;
            device::take_over(tx, &client)
        }),
        DeviceVerb::GiveUp => world.write(|tx| {
            // As if the token of the activation were still at hand.
            let token = PlainToken::mint();
            let own = credentials::table.filter(credentials::device_id.eq(id)).filter(credentials::state.eq("active"));
            let client: CredentialId = own.select(credentials::id).first(tx.conn())?;
            diesel::update(credentials::table.find(&client))
                .set(credentials::registration_token_hash.eq(token.hash()))
                .execute(tx.conn())?;
            device::give_up(tx, client.as_str(), &token)
        }),
        DeviceVerb::Suspend => world.write(|tx| device::suspend(tx, &world.scope, id)),
        DeviceVerb::Resume => world.write(|tx| device::resume(tx, &world.scope, id)),
        DeviceVerb::Revoke => world.write(|tx| device::revoke(tx, &world.scope, id)),
    }
}

/// Brings a device to where a transition starts.
fn bring(world: &World, id: &DeviceId, to: DeviceState, verb: DeviceVerb) {
    let before: &[DeviceVerb] = match to {
        DeviceState::Issued => &[],
        // A device in use can take a new code only after it got one.
        DeviceState::Active if verb == DeviceVerb::Activate => &[DeviceVerb::Activate, DeviceVerb::Reissue],
        DeviceState::Active if verb == DeviceVerb::ActivateBeside => &[DeviceVerb::Activate, DeviceVerb::Swap],
        DeviceState::Active if verb == DeviceVerb::TakeOver => {
            &[DeviceVerb::Activate, DeviceVerb::Swap, DeviceVerb::ActivateBeside]
        }
        DeviceState::Active => &[DeviceVerb::Activate],
        DeviceState::Suspended => &[DeviceVerb::Activate, DeviceVerb::Suspend],
        DeviceState::Revoked => unreachable!("nothing starts there"),
    };
    before.iter().for_each(|verb| step(*verb, world, id));
}

#[test]
fn every_step_of_a_device_reaches_memory() {
    for transition in TRANSITIONS {
        let mut world = world();
        let id = world.devices[0].clone();
        world.activate(1);
        bring(&world, &id, transition.from, transition.verb);
        world.feed();
        step(transition.verb, &world, &id);
        let grew = world.feed();
        world.compare(&format!("{transition:?}"));
        let in_use = transition.from != DeviceState::Issued || transition.verb == DeviceVerb::Activate;
        // A new code alone changes nothing that a check reads.
        let matters = in_use && !matches!(transition.verb, DeviceVerb::Reissue | DeviceVerb::Swap);
        assert!(!matters || grew > 0, "{transition:?}");
    }
}

#[test]
fn whatever_is_written_around_the_use_cases_reaches_memory_too() {
    const STEPS: &[(&str, Step)] = &[
        ("the facility's closing", |w| {
            let on = NaiveDate::from_ymd_opt(2026, 11, 20);
            w.write(|tx| Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(on)).execute(tx.conn())?));
        }),
        ("the facility's new code", |w| {
            w.write(|tx| {
                Ok(diesel::update(facilities::table).set(facilities::code.eq("1399999999")).execute(tx.conn())?)
            });
        }),
        ("the facility's opening again", |w| {
            let on = None::<NaiveDate>;
            w.write(|tx| Ok(diesel::update(facilities::table).set(facilities::closed_on.eq(on)).execute(tx.conn())?));
        }),
        ("the facility's stop", |w| {
            let staff = testing::add_staff(&w.db, Role::Administrator);
            w.write(|tx| device::stop_facility(tx, &staff, w.scope.facility(), "調査のため"));
        }),
        ("the facility's going on", |w| {
            let staff = testing::add_staff(&w.db, Role::Support);
            w.write(|tx| device::resume_facility(tx, &staff, w.scope.facility()));
        }),
        ("an annex", |w| {
            w.write(|tx| {
                let other = testing::add_facility(tx, SUBORDINATE)?;
                annex::declare(tx, &w.grant, &other)
            });
        }),
        ("the closing of the subordinate office", |w| {
            let on = NaiveDate::from_ymd_opt(2026, 12, 1);
            w.write(|tx| {
                let other = facilities::table.filter(facilities::code.eq(SUBORDINATE.code));
                Ok(diesel::update(other).set(facilities::closed_on.eq(on)).execute(tx.conn())?)
            });
        }),
        ("another code of the subordinate office", |w| {
            w.write(|tx| {
                let other = facilities::table.filter(facilities::code.eq(SUBORDINATE.code));
                Ok(diesel::update(other).set(facilities::code.eq("1333333333")).execute(tx.conn())?)
            });
        }),
        ("the end of the annex", |w| {
            w.write(|tx| {
                let annex = annex::find(tx.conn(), w.scope.facility())?.expect("together");
                annex::end(tx, &annex, annex::Ended::Cancelled)
            });
        }),
        ("another role of an account", |w| {
            let one = devices::table.find(&w.devices[0]);
            w.write(|tx| Ok(diesel::update(one).set(devices::role.eq("medical_information")).execute(tx.conn())?));
        }),
        ("another first day of an account", |w| {
            let (one, on) = (devices::table.find(&w.devices[0]), NaiveDate::from_ymd_opt(2026, 12, 1));
            w.write(|tx| Ok(diesel::update(one).set(devices::starts_on.eq(on)).execute(tx.conn())?));
        }),
        ("a feature switched on", |w| {
            w.write(|tx| {
                Ok(diesel::update(facilities::table).set(facilities::features.eq("home_visit")).execute(tx.conn())?)
            });
        }),
        ("a stop of the version of the app", |w| {
            let staff = testing::add_staff(&w.db, Role::Administrator);
            w.write(|tx| {
                let app = client_app::list(tx.conn(), &staff)?.remove(0).app.id;
                client_app::stop(tx, &staff, app, "不具合のため")
            });
        }),
        ("its going on", |w| {
            w.write(|tx| {
                Ok(diesel::update(client_apps::table).set(client_apps::stopped_at.eq(None::<At>)).execute(tx.conn())?)
            });
        }),
        ("a lowest version above it", |w| {
            let staff = testing::add_staff(&w.db, Role::Administrator);
            w.write(|tx| client_app::set_minimum(tx, &staff, Platform::Android, "3.2"));
        }),
        ("a version that comes in below that", |w| {
            w.write(|tx| testing::sql(tx.conn(), "insert into client_apps (platform, version, created_at) values ('android', '3.1.9', '2026-11-25 00:00:00')"));
        }),
        ("another version of a credential", |w| {
            w.write(|tx| {
                testing::sql(
                    tx.conn(),
                    "update credentials set app_id = (select id from client_apps where version = '3.1.9')",
                )
            });
        }),
        ("no lowest version any more", |w| {
            let staff = testing::add_staff(&w.db, Role::Administrator);
            w.write(|tx| client_app::set_minimum(tx, &staff, Platform::Android, ""));
        }),
        ("another thumbprint", |w| {
            let jkt = DeviceKey::generate().jwk().thumbprint();
            w.write(|tx| {
                Ok(diesel::update(credentials::table).set(credentials::thumbprint.eq(&jkt)).execute(tx.conn())?)
            });
        }),
        ("a thumbprint that is none", |w| {
            w.write(|tx| {
                Ok(diesel::update(credentials::table).set(credentials::thumbprint.eq("?")).execute(tx.conn())?)
            });
        }),
        ("another ID", |w| {
            let one = devices::table.find(&w.devices[0]);
            w.write(|tx| Ok(diesel::update(one).set(devices::user_id.eq("W0000000")).execute(tx.conn())?));
        }),
        ("the end of the registration", |w| {
            let now: At = w.db.clock.now().into();
            w.write(|tx| {
                Ok(diesel::update(registrations::table).set(registrations::ended_at.eq(now)).execute(tx.conn())?)
            });
        }),
        ("striking it out", |w| {
            w.write(|tx| registration::strike_out(tx, w.scope.facility(), w.grant.application()));
        }),
        ("registering again", |w| {
            w.write(|tx| registration::register(tx, &w.grant, 1));
        }),
        ("the credential's removal", |w| {
            w.write(|tx| Ok(diesel::delete(credentials::table).execute(tx.conn())?));
        }),
    ];
    let mut world = world();
    world.activate(0);
    world.feed();
    for (what, step) in STEPS {
        step(&world);
        assert!(world.feed() > 0, "{what} is not in the log");
        world.compare(what);
    }
}

#[test]
fn last_use_labels_and_new_codes_are_not_in_the_log() {
    let mut world = world();
    world.activate(0);
    world.feed();
    let (id, now) = (world.devices[0].clone(), world.db.clock.now().into());
    world.write(|tx| device::write_last_used(tx, &[(id.clone(), now)]));
    world.write(|tx| device::set_label(tx, &world.scope, &id, "受付"));
    world.write(|tx| device::reveal(tx, &keyring(), &world.scope, &world.devices[1]));
    world.write(|tx| registration::hold(tx, world.scope.facility()));
    assert_eq!(world.feed(), 0);
}

#[test]
fn a_credential_opens_with_its_own_secret_until_its_time_is_over() {
    let mut world = world();
    let (one, other) = world.write(|tx| Ok((eligibility::add(tx, "資格確認サーバー")?, eligibility::add(tx, "予備")?)));
    world.feed();
    let now: At = world.db.clock.now().into();
    for (id, secret, good) in [
        (one.id.as_str(), one.secret.reveal(), true),
        (other.id.as_str(), other.secret.reveal(), true),
        (one.id.as_str(), other.secret.reveal(), false),
        (one.id.as_str(), "", false),
        ("", one.secret.reveal(), false),
        ("' or 1=1 --", one.secret.reveal(), false),
    ] {
        assert_eq!(world.clients.know(id, secret, now, anywhere), good, "{id}");
    }
    let overlap = chrono::Duration::hours(1);
    let next = world.write(|tx| eligibility::rotate(tx, &one.id, overlap));
    world.feed();
    let knows = |client: &eligibility::NewClient, at| {
        world.clients.know(client.id.as_str(), client.secret.reveal(), at, anywhere)
    };
    let until = now + overlap;
    assert!(knows(&one, now) && knows(&one, until - chrono::Duration::seconds(1)) && knows(&next, now));
    assert!(!knows(&one, until) && knows(&next, until));
}

#[test]
fn the_service_s_credentials_come_and_go_with_the_log() {
    let mut world = world();
    let now: At = world.db.clock.now().into();
    let new = world.write(|tx| eligibility::add(tx, "x"));
    let (id, secret) = (new.id.as_str(), new.secret.reveal());
    assert!(!world.clients.know(id, secret, now, anywhere));
    world.feed();
    assert!(world.clients.know(id, secret, now, anywhere));
    assert!(!world.clients.know(id, "other", now, anywhere) && !world.clients.know("other", secret, now, anywhere));
    let row = introspection_clients::table.find(&new.id);
    world.write(|tx| Ok(diesel::update(row).set(introspection_clients::expires_at.eq(now)).execute(tx.conn())?));
    world.feed();
    assert!(!world.clients.know(id, secret, now, anywhere), "its time is over");
    let open = introspection_clients::expires_at.eq(None::<At>);
    world.write(|tx| Ok(diesel::update(row).set(open).execute(tx.conn())?));
    world.feed();
    assert!(world.clients.know(id, secret, now, anywhere));
    world.write(|tx| Ok(diesel::update(row).set(introspection_clients::state.eq("ended")).execute(tx.conn())?));
    world.feed();
    assert!(!world.clients.know(id, secret, now, anywhere), "it ended");
}
