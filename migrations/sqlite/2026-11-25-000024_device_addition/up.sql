-- One addition of devices at a time.
create unique index applications_one_addition on applications (facility_id)
  where kind = 'device_addition' and state in ('submitted', 'in_review', 'awaiting_approval', 'returned');

-- Up to how many devices of a facility a rule approves more of them.
create table automatic_limits (
  kind text primary key not null,
  devices integer not null,
  changed_by text not null references staff (id),
  changed_at timestamp not null
);
