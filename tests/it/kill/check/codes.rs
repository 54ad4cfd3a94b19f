//! No code twice; the codes that were shown are the ones that work; each was
//! used at most once; those not used can still be opened.

use std::collections::BTreeSet;

use uketsuke_core::device::DeviceState;
use uketsuke_core::secret::{ActivationCode, Purpose};

use super::super::walk::Story;
use super::super::world::World;
use super::facts::Activation;
use super::{Facts, Faults};
use crate::support::device::Settings;

pub fn check(world: &World<'_>, stories: &[Story], facts: &Facts, faults: &mut Faults) {
    let macs: BTreeSet<_> = facts.activations.iter().map(|a| &a.code_mac).collect();
    faults.same("different codes", macs.len(), facts.activations.len());
    faults.same("one code per device", facts.activations.len(), facts.devices.len());
    let used: BTreeSet<_> = facts.credentials.iter().map(|c| &c.2).collect();
    faults.same("codes used once", used.len(), facts.credentials.len());
    faults.same("devices set up", facts.credentials.len(), stories.iter().filter(|s| s.device.is_some()).count());
    for activation in &facts.activations {
        consistent(world, activation, facts, faults);
    }
    let shown: BTreeSet<_> = stories.iter().flat_map(|s| &s.settings).map(|s| s.code.clone()).collect();
    faults.same("different codes shown", shown.len(), stories.iter().map(|s| s.settings.len()).sum());
    for story in stories {
        as_shown(world, story, facts, faults);
    }
}

/// A used code has one credential and no text; an open one can be opened.
fn consistent(world: &World<'_>, activation: &Activation, facts: &Facts, faults: &mut Faults) {
    let of = |what: &str| format!("code {}: {what}", activation.id);
    let credentials = facts.credentials.iter().filter(|c| c.2 == activation.id);
    faults.same(&of("credentials"), credentials.count(), usize::from(activation.used_at.is_some()));
    faults.same(&of("tries"), (activation.tries, activation.ended_at), (0, None));
    faults.same(&of("text erased"), activation.sealed.is_none(), activation.used_at.is_some());
    let state = facts.devices.iter().find(|d| d.id.as_str() == activation.device).map(|d| d.state);
    let expected = if activation.used_at.is_some() { DeviceState::Active } else { DeviceState::Issued };
    faults.same(&of("device"), state, Some(expected));
    let activated = facts.audited("device.activated", &activation.device);
    faults.same(&of("activations in the audit"), activated, usize::from(activation.used_at.is_some()));
    if activation.used_at.is_none() {
        faults.same(
            &of("MAC of its text"),
            opened(world, activation).map(|code| mac(world, &code)),
            Some(activation.code_mac.clone()),
        );
    }
}

fn opened(world: &World<'_>, activation: &Activation) -> Option<String> {
    let (id, sealed) = (activation.id.as_bytes(), activation.sealed.as_deref()?);
    let text = world.parts.keyring.open(Purpose::DeviceSecrets, id, sealed).ok()?;
    let secrets: serde_json::Value = serde_json::from_slice(&text).ok()?;
    secrets["code"].as_str().map(ToOwned::to_owned)
}

fn mac(world: &World<'_>, code: &str) -> String {
    world.parts.keyring.mac(Purpose::ActivationCode, code.as_bytes())
}

/// What the person saw is what stands there, for the device it was shown for.
fn as_shown(world: &World<'_>, story: &Story, facts: &Facts, faults: &mut Faults) {
    let of = |what: &str| format!("{}: {what}", world.cast[story.index].name);
    for (at, settings) in story.settings.iter().enumerate() {
        let Some(activation) = behind(world, settings, facts) else {
            faults.expect(false, || of("a code was shown that nobody issued"));
            continue;
        };
        let user_id = facts.devices.iter().find(|d| d.id.as_str() == activation.device).map(|d| d.user_id.as_str());
        faults.same(&of("the code's ID"), user_id, Some(settings.user_id.as_str()));
        let client = facts.credentials.iter().find(|c| c.2 == activation.id).map(|c| (c.0.as_str(), c.3.as_str()));
        let phone = story.device.as_ref().filter(|_| at == 0);
        faults.same(
            &of("the device behind the code"),
            client,
            phone.map(|phone| (phone.device.client_id.as_str(), "active")),
        );
    }
}

fn behind<'f>(world: &World<'_>, settings: &Settings, facts: &'f Facts) -> Option<&'f Activation> {
    let code = ActivationCode::parse(&settings.code).ok()?;
    let mac = mac(world, code.reveal());
    facts.activations.iter().find(|activation| activation.code_mac == mac)
}
