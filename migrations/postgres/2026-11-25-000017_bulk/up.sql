-- By what the facility proved itself, as filed: the list filters by it, and only
-- what was matched is approved together with others.
alter table applications add column method text;
update applications set method = (
  select case
      when filings.document like '%"verified_by":"match"%' then 'match'
      when filings.document like '%"verified_by":"documents"%' then 'documents'
    end
  from filings
  where filings.application_id = applications.id
  order by filings.version desc
  limit 1
)
where number is not null;
create index applications_method_due on applications (method, due_on, id);
-- What waits for the staff, in the order in which it is due.
create index applications_waiting on applications (due_on, id)
  where state in ('submitted', 'in_review', 'awaiting_approval');

-- One deed on many applications: what was chosen, frozen, and what came of each.
create table bulk_runs (
  id text primary key not null,
  staff_id text not null references staff (id),
  action text not null,
  to_staff_id text references staff (id),
  -- The list it was chosen from: its URL's query.
  query text not null,
  -- More fitted than one run may hold.
  more boolean not null,
  state text not null,
  created_at timestamp not null,
  started_at timestamp,
  finished_at timestamp
);
create index bulk_runs_staff on bulk_runs (staff_id, created_at);
create index bulk_runs_state on bulk_runs (state, created_at);

create table bulk_items (
  run_id text not null references bulk_runs (id),
  position integer not null,
  application_id text not null references applications (id),
  -- What was looked at when it was chosen.
  revision bigint not null,
  state text not null,
  -- Why it was left out or could not be done.
  bar text,
  settled_at timestamp,
  primary key (run_id, position)
);
create index bulk_items_state on bulk_items (run_id, state, position);
