-- Versions of the client app, as devices name them, and which of them are refused.
create table client_apps (
  id serial primary key not null,
  platform text not null,
  version text not null,
  stopped_at timestamp,
  stop_reason text not null default '',
  created_at timestamp not null
);
create unique index client_apps_name on client_apps (platform, version);

-- The lowest version that a platform's app may have.
create table client_app_minimums (
  platform text primary key not null,
  version text not null
);

alter table credentials add column app_id integer references client_apps (id);
create index credentials_app on credentials (app_id, state);

insert into client_apps (platform, version, created_at)
  select distinct metadata::json #>> '{device,platform}', coalesce(metadata::json ->> 'software_version', ''),
    clock_timestamp() at time zone 'utc'
  from credentials where metadata::json #>> '{device,platform}' <> '';
update credentials set app_id = client_apps.id from client_apps
  where client_apps.platform = metadata::json #>> '{device,platform}'
    and client_apps.version = coalesce(metadata::json ->> 'software_version', '');

create trigger standing_credential_app after update of app_id on credentials for each row
  when (old.app_id is distinct from new.app_id)
  execute function standing_of_credential();

-- A version that is new may be one that is refused.
create function standing_of_app() returns trigger language plpgsql as $$
begin
  perform standing_note('app', case tg_op when 'DELETE' then old.id else new.id end::text);
  return null;
end $$;
create trigger standing_app_comes_or_goes after insert or delete on client_apps
  for each row execute function standing_of_app();
create trigger standing_app_changes after update of stopped_at on client_apps
  for each row execute function standing_of_app();

create function standing_of_minimum() returns trigger language plpgsql as $$
begin
  perform standing_note('app', case tg_op when 'DELETE' then old.platform else new.platform end);
  return null;
end $$;
create trigger standing_minimum_changes after insert or update or delete on client_app_minimums
  for each row execute function standing_of_minimum();
