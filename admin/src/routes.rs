//! Every address of the back office, in one table.

use actix_web::web;
use uketsuke_core::staff::role::Permission::{
    ImportMaster, ManageDevices, ManageStaff, ReadApplications, ReadFacilities, ReadMail, Review,
};
use uketsuke_web::routes::Who::{Anyone, Staff, StaffAny, StaffEnrolling};
use uketsuke_web::routes::{Route, get, post};

use crate::pages::{
    cases, enrol, facilities, home, invite, jobs, login, logout, mails, queue, search, second_factor, staff,
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
        get("/cases/{id}/approve", Staff(Review), || web::to(cases::approve::show)),
        post("/cases/{id}/approve", Staff(Review), || web::to(cases::approve::approve)),
        get("/cases/{id}/return", Staff(Review), || web::to(cases::faults::show)),
        post("/cases/{id}/return", Staff(Review), || web::to(cases::faults::send)),
        get("/cases/{id}/reject", Staff(Review), || web::to(cases::reject::show)),
        post("/cases/{id}/reject", Staff(Review), || web::to(cases::reject::send)),
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
        get("/staff", Staff(ManageStaff), || web::to(staff::index::show)),
        get("/staff/new", Staff(ManageStaff), || web::to(staff::new::show)),
        post("/staff/new", Staff(ManageStaff), || web::to(staff::new::send)),
    ]
}
