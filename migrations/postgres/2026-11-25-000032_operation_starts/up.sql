-- 運用開始日: when facilities began, or begin, to check the card. The newest entry
-- counts; earlier ones stay as history.
create table operation_starts (
  id text primary key not null,
  facility_id text not null references facilities (id),
  application_id text not null references applications (id),
  starts_on date not null,
  -- declared: the facility's own; annex: by the devices of its main office.
  source text not null,
  recorded_at timestamp not null,
  ended_at timestamp
);
create unique index operation_starts_current on operation_starts (facility_id) where ended_at is null;
create index operation_starts_facility on operation_starts (facility_id, id);
create index operation_starts_application on operation_starts (application_id);

-- The first check of a device. For devices that were in use before, the last one known.
alter table devices add column first_used_at timestamp;
update devices set first_used_at = last_used_at;

-- Of every kind but the usage start, which has an index of its own, one at a time.
drop index applications_one_addition;
create unique index applications_one_open on applications (facility_id, kind)
  where kind <> 'usage_start' and state in ('submitted', 'in_review', 'awaiting_approval', 'returned');
