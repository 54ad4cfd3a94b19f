-- 居宅同意取得型: the facility's manager makes the accounts, one per place that an
-- approved application gave, and switches features on and off.
alter table devices add column role text not null default 'general';
alter table devices add column holder_name text not null default '';
alter table devices add column holder_kana text not null default '';
-- The first day of use (Asia/Tokyo); none means at once.
alter table devices add column starts_on date;
-- IDs that people choose are typed in any case.
create unique index devices_facility_user_folded on devices (facility_id, lower(user_id));
drop index devices_user;
create index devices_user on devices (lower(user_id), id);

-- The place of a revoked account is free again.
drop index devices_slot;
create unique index devices_slot on devices (application_id, slot) where state <> 'revoked';
create index devices_application on devices (application_id);

create table account_places (
  application_id text primary key not null references applications (id),
  facility_id text not null references facilities (id),
  places integer not null check (places between 1 and 20),
  -- Counts accounts made in them: whoever makes one holds the row.
  revision bigint not null,
  created_at timestamp not null
);
create index account_places_facility on account_places (facility_id);
-- Accounts issued before this stand in places of their own.
insert into account_places (application_id, facility_id, places, revision, created_at)
  select devices.application_id, devices.facility_id, count(*), 1, min(devices.created_at)
  from devices join facilities on facilities.id = devices.facility_id
  where facilities.kind in ('hospital', 'clinic', 'dental_clinic', 'pharmacy', 'pharmacy_chain')
  group by devices.application_id, devices.facility_id;

-- Names of features that are on, in one line.
alter table facilities add column features text not null default '';

create trigger standing_account_changes after update of role, starts_on on devices
when old.role is not new.role or old.starts_on is not new.starts_on begin
  insert into standing_changes (kind, subject)
    select 'credential', id from credentials where device_id = new.id and state = 'active';
end;

create trigger standing_facility_features after update of features on facilities
when old.features is not new.features begin
  insert into standing_changes (kind, subject)
    select 'facility', new.id where exists (select 1 from registrations where facility_id = new.id);
end;
