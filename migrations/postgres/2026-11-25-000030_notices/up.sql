-- What the client app shows its user when it starts: disturbances and the like.
create table notices (
  id text primary key not null,
  severity text not null,
  title text not null,
  body text not null,
  -- 所属機関 and prefectures it is for, with commas between; empty for all.
  kinds text not null,
  prefectures text not null,
  starts_at timestamp not null,
  ends_at timestamp not null,
  published_by text not null references staff (id),
  created_at timestamp not null
);
create index notices_end on notices (ends_at);
create index notices_newest on notices (starts_at, id);
