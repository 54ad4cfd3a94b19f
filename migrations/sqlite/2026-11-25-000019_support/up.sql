-- A member of staff looks at the portal as a facility sees it.
create table facility_watches (
  id text primary key not null,
  staff_id text not null references staff (id),
  facility_id text not null references facilities (id),
  occasion text not null,
  -- The cookie's; none until the link was used.
  token_hash text,
  created_at timestamp not null,
  ends_at timestamp not null
);
create unique index facility_watches_token on facility_watches (token_hash);
create index facility_watches_end on facility_watches (ends_at);

-- Devices looked up across facilities.
create index devices_user on devices (user_id, id);
create index devices_state on devices (state, id);
