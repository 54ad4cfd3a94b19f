//! How many of each kind there are, and where: near enough to the country.

use fastrand::Rng;

use super::weighted;
use crate::facility::kind::{FacilityKind, KINDS};
use crate::facility::prefecture::Prefecture;

/// Facilities of a kind among a thousand. A new kind does not compile without.
const fn per_thousand(kind: FacilityKind) -> u32 {
    match kind {
        FacilityKind::JudoTherapy => 200,
        FacilityKind::AcupunctureMassage => 180,
        FacilityKind::Midwifery => 12,
        FacilityKind::HealthCheckDental => 10,
        FacilityKind::HealthCheckPharmacy => 8,
        FacilityKind::HealthCheckOther => 12,
        FacilityKind::Insurer => 8,
        FacilityKind::HealthCheckMedical => 30,
        FacilityKind::PaperMedical => 20,
        FacilityKind::PaperDental => 20,
        FacilityKind::PaperPharmacy => 5,
        FacilityKind::Hospital => 25,
        FacilityKind::Clinic => 210,
        FacilityKind::DentalClinic => 140,
        FacilityKind::Pharmacy => 90,
        FacilityKind::PharmacyChain => 30,
    }
}

const KIND_WEIGHTS: [u32; KINDS.len()] = {
    let mut weights = [0; KINDS.len()];
    let mut at = 0;
    while at < KINDS.len() {
        weights[at] = per_thousand(KINDS[at].kind);
        at += 1;
    }
    weights
};

/// Inhabitants in tens of thousands, in the order of the prefectures (人口推計, rounded).
const INHABITANTS: [u32; 47] = [
    514, 120, 118, 228, 93, 104, 179, 284, 191, 191, 733, 627, 1404, 923, 215, 102, 112, 75, 80, 202, 195, 358, 750,
    174, 141, 255, 878, 540, 131, 90, 54, 66, 186, 276, 131, 70, 93, 131, 68, 512, 80, 128, 173, 111, 105, 156, 147,
];

/// A kind, as often as there are facilities of it.
pub(super) fn kind(rng: &mut Rng) -> FacilityKind {
    KINDS[weighted(rng, &KIND_WEIGHTS)].kind
}

/// A prefecture, as often as people live there.
pub(super) fn prefecture(rng: &mut Rng) -> Prefecture {
    Prefecture::ALL[weighted(rng, &INHABITANTS)]
}
