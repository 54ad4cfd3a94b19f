-- Reminders that were sent: each once, whatever becomes of the jobs that sent them.
create table reminders (
  facility_id text not null references facilities (id),
  -- devices, start
  kind text not null,
  -- After how many days.
  step integer not null,
  sent_at timestamp not null,
  primary key (facility_id, kind, step)
);

-- People who want none.
create table reminder_stops (
  account_id text primary key not null references accounts (id),
  stopped_at timestamp not null
);
