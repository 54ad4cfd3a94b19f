-- Versions of the client app, as devices name them, and which of them are refused.
create table client_apps (
  id integer primary key autoincrement not null,
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
  select distinct json_extract(metadata, '$.device.platform'),
    coalesce(json_extract(metadata, '$.software_version'), ''), strftime('%Y-%m-%d %H:%M:%f', 'now')
  from credentials where json_valid(metadata) and json_extract(metadata, '$.device.platform') <> '';
update credentials set app_id = (
  select id from client_apps where platform = json_extract(metadata, '$.device.platform')
    and version = coalesce(json_extract(metadata, '$.software_version'), '')
) where json_valid(metadata) and json_extract(metadata, '$.device.platform') <> '';

create trigger standing_credential_app after update of app_id on credentials
when old.app_id is not new.app_id begin
  insert into standing_changes (kind, subject) values ('credential', new.id);
end;

-- A version that is new may be one that is refused.
create trigger standing_app_comes after insert on client_apps begin
  insert into standing_changes (kind, subject) values ('app', new.id);
end;
create trigger standing_app_changes after update of stopped_at on client_apps begin
  insert into standing_changes (kind, subject) values ('app', new.id);
end;
create trigger standing_app_goes after delete on client_apps begin
  insert into standing_changes (kind, subject) values ('app', old.id);
end;
create trigger standing_minimum_comes after insert on client_app_minimums begin
  insert into standing_changes (kind, subject) values ('app', new.platform);
end;
create trigger standing_minimum_changes after update on client_app_minimums begin
  insert into standing_changes (kind, subject) values ('app', new.platform);
end;
create trigger standing_minimum_goes after delete on client_app_minimums begin
  insert into standing_changes (kind, subject) values ('app', old.platform);
end;
