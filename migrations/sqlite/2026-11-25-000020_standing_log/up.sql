-- What a device check reads is held in memory. Whatever changes it is written down
-- here by triggers, in the same transaction, so that no write can forget it
-- (docs/decisions/checks.md).

-- Counts the changes. There is one writer at a time: their order is that of the commits.
create table standing_heads (
  id integer primary key not null,
  epoch bigint not null
);
insert into standing_heads (id, epoch) values (1, 0);

-- One row per change here (per transaction in PostgreSQL). The mark tells this
-- history from another one with the same numbers.
create table standing_log (
  batch bigint primary key not null,
  epoch bigint,
  mark text not null,
  at timestamp not null
);
create unique index standing_log_epoch on standing_log (epoch);

-- What changed: a kind (credential, facility, client) and an id.
create table standing_changes (
  id integer primary key autoincrement not null,
  batch bigint not null default 0,
  kind text not null,
  subject text not null
);
create index standing_changes_batch on standing_changes (batch, id);
create index standing_changes_subject on standing_changes (subject, batch);

-- Used in PostgreSQL only: with SQLite one process answers checks.
create table standing_instances (
  id text primary key not null,
  name text not null,
  seen bigint not null,
  answers_seconds integer not null,
  beat_at timestamp not null
);

create trigger standing_number after insert on standing_changes begin
  update standing_heads set epoch = epoch + 1 where id = 1;
  insert into standing_log (batch, epoch, mark, at)
    select epoch, epoch, lower(hex(randomblob(16))), strftime('%Y-%m-%d %H:%M:%f', 'now') from standing_heads;
  update standing_changes set batch = (select epoch from standing_heads) where id = new.id;
end;

create trigger standing_credential_comes after insert on credentials begin
  insert into standing_changes (kind, subject) values ('credential', new.id);
end;
create trigger standing_credential_goes after delete on credentials begin
  insert into standing_changes (kind, subject) values ('credential', old.id);
end;
create trigger standing_credential_changes after update of state, device_id, thumbprint on credentials begin
  insert into standing_changes (kind, subject) values ('credential', new.id);
end;

create trigger standing_device_changes after update of state, generation, facility_id, user_id on devices begin
  insert into standing_changes (kind, subject)
    select 'credential', id from credentials where device_id = new.id and state = 'active';
end;

-- Facilities that are in no register have no devices in use.
create trigger standing_facility_changes after update of code, kind, closed_on on facilities
when old.code is not new.code or old.kind is not new.kind or old.closed_on is not new.closed_on begin
  insert into standing_changes (kind, subject)
    select 'facility', new.id where exists (select 1 from registrations where facility_id = new.id);
end;

create trigger standing_registration_comes after insert on registrations begin
  insert into standing_changes (kind, subject) values ('facility', new.facility_id);
end;
create trigger standing_registration_changes after update on registrations begin
  insert into standing_changes (kind, subject) values ('facility', new.facility_id);
end;
create trigger standing_registration_goes after delete on registrations begin
  insert into standing_changes (kind, subject) values ('facility', old.facility_id);
end;

create trigger standing_client_comes after insert on introspection_clients begin
  insert into standing_changes (kind, subject) values ('client', new.id);
end;
create trigger standing_client_changes after update on introspection_clients begin
  insert into standing_changes (kind, subject) values ('client', new.id);
end;
create trigger standing_client_goes after delete on introspection_clients begin
  insert into standing_changes (kind, subject) values ('client', old.id);
end;
