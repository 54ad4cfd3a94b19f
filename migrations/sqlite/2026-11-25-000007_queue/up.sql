-- The list filters by what a facility is; kept beside the application since a
-- facility's kind and prefecture are part of its identity and never change.
alter table applications add column facility_kind text;
alter table applications add column prefecture integer;
update applications set
  facility_kind = (select kind from facilities where facilities.id = applications.facility_id),
  prefecture = (select prefecture from facilities where facilities.id = applications.facility_id)
where number is not null;

drop index applications_assignee;
create index applications_assignee on applications (assignee_id, state, due_on, id);
create index applications_due on applications (due_on, id);
create index applications_state_due on applications (state, due_on, id);
create index applications_kind_due on applications (facility_kind, due_on, id);
create index applications_prefecture_due on applications (prefecture, due_on, id);
create index applications_submitted on applications (submitted_at, id);


-- A list under a name: its URL's query.
create table saved_views (
  id text primary key not null,
  staff_id text not null references staff (id),
  name text not null,
  query text not null,
  shared boolean not null,
  created_at timestamp not null
);
create unique index saved_views_name on saved_views (staff_id, name);
create index saved_views_shared on saved_views (shared, name);
