-- Weekly editions of the published list 「オンライン資格確認導入済み施設」. The files lie
-- in the store; a row is written once they are whole, and never changes.
create table editions (
  -- The Monday of its week (Asia/Tokyo).
  week_on date primary key not null,
  facilities bigint not null,
  added bigint not null,
  removed bigint not null,
  changed bigint not null,
  made_at timestamp not null
);

create table edition_files (
  week_on date not null references editions (week_on),
  -- list_csv, list_json, changes_csv, changes_json
  part text not null,
  storage_key text not null,
  size_bytes bigint not null,
  sha256 text not null,
  primary key (week_on, part)
);
create unique index edition_files_key on edition_files (storage_key);

-- The list in the order of codes.
drop index facilities_code;
create index facilities_code on facilities (code, id);
