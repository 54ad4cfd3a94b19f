-- お問い合わせ: what people ask, each with its thread, and the answers that staff
-- keep ready.

create table inquiries (
  id text primary key not null,
  -- Quotable on the phone, like an application's.
  number text not null,
  -- omf, csm
  site text not null,
  category text not null,
  -- waiting, answered, closed, merged
  state text not null,
  -- web, phone
  channel text not null,
  account_id text references accounts (id),
  facility_id text references facilities (id),
  -- Whether the facility's verified people see it too.
  shared boolean not null,
  -- 受付番号 of the application it is about, as the asker named it.
  application_number text,
  name text not null,
  -- Folded, for finding by how it begins.
  name_key text not null,
  email text,
  email_key text,
  phone text,
  assignee_id text references staff (id),
  revision bigint not null,
  -- By which day an answer is promised (Asia/Tokyo).
  expected_on date not null,
  created_at timestamp not null,
  last_message_at timestamp not null,
  closed_at timestamp,
  merged_into text references inquiries (id)
);
create unique index inquiries_number on inquiries (number);
create index inquiries_expected on inquiries (expected_on, id);
create index inquiries_state on inquiries (state, expected_on, id);
create index inquiries_assignee on inquiries (assignee_id, state, expected_on, id);
create index inquiries_quiet on inquiries (state, last_message_at);
create index inquiries_account on inquiries (account_id, id);
create index inquiries_facility on inquiries (facility_id, id);
create index inquiries_merged on inquiries (merged_into, id) where merged_into is not null;
create index inquiries_email on inquiries (email_key text_pattern_ops);
create index inquiries_name on inquiries (name_key text_pattern_ops);

create table inquiry_messages (
  id text primary key not null,
  inquiry_id text not null references inquiries (id),
  -- asker, staff, note (staff alone read it)
  author text not null,
  account_id text references accounts (id),
  staff_id text references staff (id),
  body text not null,
  created_at timestamp not null
);
create index inquiry_messages_thread on inquiry_messages (inquiry_id, created_at, id);

-- What visitors and people are filling in: gone after a day.
create table inquiry_drafts (
  -- visitor:<hash> or account:<id>
  owner text primary key not null,
  -- The inquiry it becomes: sent twice, it is one.
  inquiry_id text not null,
  -- JSON, as typed; empty once it was sent.
  document text not null,
  sent_at timestamp,
  expires_at timestamp not null
);
create index inquiry_drafts_expire on inquiry_drafts (expires_at);

create table canned_answers (
  id text primary key not null,
  category text not null,
  title text not null,
  body text not null,
  -- The page of よくある質問 that says it at length; empty for none.
  link text not null,
  position integer not null,
  active boolean not null,
  revision bigint not null,
  changed_by text not null references staff (id),
  changed_at timestamp not null
);
create index canned_answers_order on canned_answers (category, position, id);
