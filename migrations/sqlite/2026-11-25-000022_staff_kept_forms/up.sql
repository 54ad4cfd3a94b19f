-- What a member of staff had sent after the session ended: the newest form, to be
-- sent again after the next login.
create table staff_kept_forms (
  staff_id text primary key not null references staff (id),
  path text not null,
  fields text not null,
  expires_at timestamp not null
);
