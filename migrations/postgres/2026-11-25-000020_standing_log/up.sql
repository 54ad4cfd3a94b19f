-- What a device check reads is held in memory by every instance. Whatever changes
-- it is written down here by triggers, in the same transaction, so that no write
-- can forget it (docs/decisions/checks.md).

-- Counts the transactions that changed something: one row, taken at commit.
create table standing_heads (
  id integer primary key not null,
  epoch bigint not null
);
insert into standing_heads (id, epoch) values (1, 0);

-- One row per such transaction. The epoch is given at commit, under the lock of
-- the head: gapless, and in the order in which transactions become visible. The
-- mark tells this history from another one with the same numbers (a backup that
-- was put back, a standby that lacked the last transactions).
create table standing_log (
  batch bigserial primary key not null,
  epoch bigint,
  mark text not null,
  at timestamp not null
);
create unique index standing_log_epoch on standing_log (epoch);

-- What changed: a kind (credential, facility, client) and an id.
create table standing_changes (
  id bigserial primary key not null,
  batch bigint not null,
  kind text not null,
  subject text not null
);
create index standing_changes_batch on standing_changes (batch, id);
create index standing_changes_subject on standing_changes (subject, batch);

-- The instances that answer checks, and how far each has come. Worth nothing
-- after a crash of the database, hence unlogged.
create unlogged table standing_instances (
  id text primary key not null,
  name text not null,
  seen bigint not null,
  answers_seconds integer not null,
  beat_at timestamp not null
);

create function standing_note(p_kind text, p_subject text) returns void language plpgsql as $$
declare
  -- Local to the transaction, and undone with a savepoint like the row it names.
  v_batch bigint := nullif(current_setting('uketsuke.standing_batch', true), '');
begin
  if v_batch is null then
    insert into standing_log (mark, at)
      values (gen_random_uuid()::text, clock_timestamp() at time zone 'utc') returning batch into v_batch;
    perform set_config('uketsuke.standing_batch', v_batch::text, true);
  end if;
  insert into standing_changes (batch, kind, subject) values (v_batch, p_kind, p_subject);
end $$;

create function standing_number() returns trigger language plpgsql as $$
declare
  v_epoch bigint;
begin
  update standing_heads set epoch = epoch + 1 where id = 1 returning epoch into v_epoch;
  update standing_log set epoch = v_epoch, at = clock_timestamp() at time zone 'utc' where batch = new.batch;
  perform pg_notify('uketsuke_standing', v_epoch::text);
  return null;
end $$;
create constraint trigger standing_number after insert on standing_log
  deferrable initially deferred for each row execute function standing_number();

create function standing_of_credential() returns trigger language plpgsql as $$
begin
  perform standing_note('credential', case tg_op when 'DELETE' then old.id else new.id end);
  return null;
end $$;
create trigger standing_credential_comes_or_goes after insert or delete on credentials
  for each row execute function standing_of_credential();
create trigger standing_credential_changes after update of state, device_id, thumbprint on credentials
  for each row execute function standing_of_credential();

create function standing_of_device() returns trigger language plpgsql as $$
begin
  perform standing_note('credential', id) from credentials where device_id = new.id and state = 'active';
  return null;
end $$;
create trigger standing_device_changes after update of state, generation, facility_id, user_id on devices
  for each row execute function standing_of_device();

-- Facilities that are in no register have no devices in use.
create function standing_of_facility() returns trigger language plpgsql as $$
begin
  perform standing_note('facility', new.id) where exists (select from registrations where facility_id = new.id);
  return null;
end $$;
create trigger standing_facility_changes after update of code, kind, closed_on on facilities for each row
  when (old.code is distinct from new.code or old.kind is distinct from new.kind
    or old.closed_on is distinct from new.closed_on)
  execute function standing_of_facility();

create function standing_of_registration() returns trigger language plpgsql as $$
begin
  perform standing_note('facility', case tg_op when 'DELETE' then old.facility_id else new.facility_id end);
  return null;
end $$;
create trigger standing_registration_changes after insert or update or delete on registrations
  for each row execute function standing_of_registration();

create function standing_of_client() returns trigger language plpgsql as $$
begin
  perform standing_note('client', case tg_op when 'DELETE' then old.id else new.id end);
  return null;
end $$;
create trigger standing_client_changes after insert or update or delete on introspection_clients
  for each row execute function standing_of_client();
