-- Whether the secrets of a device were shown: an approval cannot be undone then.
alter table activations add column revealed_at timestamp;

-- Kinds of application for which administrators ask for a second person.
create table review_rules (
  kind text primary key not null,
  second_person boolean not null,
  changed_by text not null references staff (id),
  changed_at timestamp not null
);

-- Canned reasons kept by administrators; a row with a built-in code replaces it.
create table canned_reasons (
  id text primary key not null,
  kind text not null,
  action text not null,
  code text not null,
  field text not null,
  label text not null,
  body text not null,
  retired boolean not null,
  changed_by text not null references staff (id),
  changed_at timestamp not null
);
create unique index canned_reasons_code on canned_reasons (kind, action, code);

-- Internal notes on a case; never shown to applicants.
create table case_notes (
  id text primary key not null,
  application_id text not null references applications (id),
  facility_id text not null references facilities (id),
  staff_id text not null references staff (id),
  body text not null,
  created_at timestamp not null
);
create index case_notes_facility on case_notes (facility_id, id);

-- What a reviewer ticked off, for one filed version.
create table checklist_ticks (
  application_id text not null references applications (id),
  filing_version integer not null,
  item text not null,
  staff_id text not null references staff (id),
  ticked_at timestamp not null,
  primary key (application_id, filing_version, item)
);
