-- Whom to turn to at a facility, as it says itself.
create table facility_contacts (
  facility_id text primary key not null references facilities (id),
  application_id text not null references applications (id),
  name text not null,
  phone text not null,
  email text not null,
  changed_at timestamp not null
);

-- 承継: the codes that facilities had before, good for setting up devices until then.
create table former_codes (
  code text not null,
  facility_id text not null references facilities (id),
  application_id text not null references applications (id),
  good_until timestamp not null,
  primary key (code, facility_id)
);
create index former_codes_facility on former_codes (facility_id);
