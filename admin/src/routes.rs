//! Every address of the back office, in one table.

use actix_web::web;
use uketsuke_core::staff::role::Permission::{
    Approve, ImportMaster, ManageDevices, ManageSettings, ManageStaff, ReadApplications, ReadFacilities, ReadMail,
    Review, WriteNotes,
};
use uketsuke_web::routes::Who::{Anyone, Staff, StaffAny, StaffEnrolling};
use uketsuke_web::routes::{Route, get, post};

use crate::pages::{
    cases, enrol, facilities, home, invite, jobs, login, logout, mails, queue, search, second_factor, settings, staff,
};

/// The table. `/facilities/import` stands before `/facilities/{id}`.
pub fn routes() -> Vec<Route> {
    vec![
        get("/login", Anyone, || web::to(login::show)),
        post("/login", Anyone, || web::to(login::log_in)),
        post("/logout", Anyone, || web::to(logout::log_out)),
        get("/invite/{token}", Anyone, || web::to(invite::show)),
        post("/invite/{token}", Anyone, || web::to(invite::take_up)),
        get("/second-factor", StaffEnrolling, || web::to(second_factor::show)),
        post("/second-factor", StaffEnrolling, || web::to(second_factor::pass)),
        get("/enrol", StaffEnrolling, || web::to(enrol::show)),
        post("/enrol", StaffEnrolling, || web::to(enrol::confirm)),
        get("/", StaffAny, || web::to(home::show)),
        get("/search", StaffAny, || web::to(search::show)),
        get("/queue", Staff(ReadApplications), || web::to(queue::show)),
        post("/queue/next", Staff(Review), || web::to(queue::take_next)),
        get("/cases/{id}", Staff(ReadApplications), || web::to(cases::show::show)),
        post("/cases/{id}/claim", Staff(Review), || web::to(cases::claim::take)),
        post("/cases/{id}/release", Staff(Review), || web::to(cases::claim::release)),
        get("/cases/{id}/hand-over", Staff(Review), || web::to(cases::pass_on::ask_hand_over)),
        post("/cases/{id}/hand-over", Staff(Review), || web::to(cases::pass_on::hand_over)),
        get("/cases/{id}/take-over", Staff(Review), || web::to(cases::pass_on::ask_take_over)),
        post("/cases/{id}/take-over", Staff(Review), || web::to(cases::pass_on::take_over)),
        post("/cases/{id}/checklist", Staff(Review), || web::to(cases::checklist::keep)),
        get("/cases/{id}/notes", Staff(WriteNotes), || web::to(cases::notes::show)),
        post("/cases/{id}/notes", Staff(WriteNotes), || web::to(cases::notes::write)),
        get("/cases/{id}/approve", Staff(Review), || web::to(cases::approve::show)),
        post("/cases/{id}/approve", Staff(Review), || web::to(cases::approve::approve)),
        get("/cases/{id}/return", Staff(Review), || web::to(cases::faults::show)),
        post("/cases/{id}/return", Staff(Review), || web::to(cases::faults::send)),
        get("/cases/{id}/reject", Staff(Review), || web::to(cases::reject::show)),
        post("/cases/{id}/reject", Staff(Review), || web::to(cases::reject::send)),
        get("/cases/{id}/confirm", Staff(Approve), || web::to(cases::second::show)),
        post("/cases/{id}/confirm", Staff(Approve), || web::to(cases::second::confirm)),
        post("/cases/{id}/send-back", Staff(Approve), || web::to(cases::second::send_back)),
        post("/cases/{id}/recall", Staff(Review), || web::to(cases::second::recall)),
        get("/cases/{id}/undo", Staff(Review), || web::to(cases::undo::ask)),
        post("/cases/{id}/undo", Staff(Review), || web::to(cases::undo::undo)),
        get("/cases/{id}/evidence/{evidence}/preview", Staff(ReadApplications), || web::to(cases::evidence::preview)),
        get("/cases/{id}/evidence/{evidence}/file", Staff(ReadApplications), || web::to(cases::evidence::file)),
        get("/facilities", Staff(ReadFacilities), || web::to(facilities::index::show)),
        get("/facilities/import", Staff(ImportMaster), || web::to(facilities::import::show)),
        post("/facilities/import", Staff(ImportMaster), || web::to(facilities::import::hand_in)),
        get("/facilities/imports/{id}", Staff(ImportMaster), || web::to(facilities::import_show::show)),
        post("/facilities/imports/{id}/apply", Staff(ImportMaster), || web::to(facilities::import_show::apply)),
        post("/facilities/imports/{id}/drop", Staff(ImportMaster), || web::to(facilities::import_show::give_up)),
        get("/facilities/imports/{id}/details", Staff(ImportMaster), || web::to(facilities::import_show::details)),
        get("/facilities/imports/{id}/undo", Staff(ImportMaster), || web::to(facilities::import_show::ask_undo)),
        post("/facilities/imports/{id}/undo", Staff(ImportMaster), || web::to(facilities::import_show::undo)),
        get("/facilities/{id}", Staff(ReadFacilities), || web::to(facilities::show::show)),
        get("/devices/{id}", Staff(ReadFacilities), || web::to(facilities::device::show)),
        get("/devices/{id}/{verb}", Staff(ManageDevices), || web::to(facilities::device::ask)),
        post("/devices/{id}/{verb}", Staff(ManageDevices), || web::to(facilities::device::act)),
        get("/mails", Staff(ReadMail), || web::to(mails::show)),
        get("/jobs", Staff(ReadMail), || web::to(jobs::show)),
        get("/settings", Staff(ManageSettings), || web::to(settings::index::show)),
        post("/settings/second-person", Staff(ManageSettings), || web::to(settings::index::ask_second_person)),
        get("/settings/reasons", Staff(ManageSettings), || web::to(settings::reasons::show)),
        get("/settings/reasons/{kind}/{action}/new", Staff(ManageSettings), || web::to(settings::reason::new)),
        post("/settings/reasons/{kind}/{action}/new", Staff(ManageSettings), || web::to(settings::reason::add)),
        get("/settings/reasons/{kind}/{action}/{code}", Staff(ManageSettings), || web::to(settings::reason::show)),
        post("/settings/reasons/{kind}/{action}/{code}", Staff(ManageSettings), || web::to(settings::reason::save)),
        get("/staff", Staff(ManageStaff), || web::to(staff::index::show)),
        get("/staff/new", Staff(ManageStaff), || web::to(staff::new::show)),
        post("/staff/new", Staff(ManageStaff), || web::to(staff::new::send)),
    ]
}
