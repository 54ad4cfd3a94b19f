-- People and places, the filing engine, the device register, and the platform's
-- own tables. Times are UTC, dates Asia/Tokyo, ids UUIDv7 text, states and
-- documents text, hashes hex text.

create table facilities (
  id text primary key not null,
  code text not null,
  kind text not null,
  prefecture integer not null,
  name text not null,
  kana text not null,
  postal_code text not null,
  address text not null,
  phone text not null,
  manager_name text not null,
  account_number_mac text,
  manager_birth_mac text,
  designated_on date,
  closed_on date,
  search_key text not null,
  search_grams text not null,
  revision bigint not null,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index facilities_kind_code on facilities (kind, code);
create index facilities_code on facilities (code);
create index facilities_code_tail on facilities (substr(code, 4));
create index facilities_phone on facilities (phone);
-- Parts of names: the pairs of neighbouring characters, as a set.
create index facilities_grams on facilities using gin (string_to_array(search_grams, ' '));

-- One import of the master. From the browser, whoever applies it is another
-- person than the one who handed the file in.
create table facility_imports (
  id text primary key not null,
  file_name text not null,
  sha256 text not null,
  kind text,
  as_of date not null,
  partial boolean not null,
  staged_key text,
  details_key text,
  report text not null,
  state text not null,
  uploaded_by text not null,
  uploaded_at timestamp not null,
  applied_by text,
  applied_at timestamp,
  undone_by text,
  undone_at timestamp,
  constraint facility_imports_four_eyes
    check (applied_by is null or applied_by <> uploaded_by or uploaded_by like 'operator:%')
);
create index facility_imports_uploaded on facility_imports (uploaded_at, id);
create index facility_imports_applied on facility_imports (state, applied_at);

create table facility_changes (
  id text primary key not null,
  facility_id text not null references facilities (id),
  import_id text references facility_imports (id),
  verb text not null,
  changes text not null,
  -- The values before, for taking the import back; nothing for a new facility.
  before text,
  at timestamp not null
);
create index facility_changes_facility on facility_changes (facility_id, at);
create index facility_changes_import on facility_changes (import_id, id);

create table accounts (
  id text primary key not null,
  email text not null,
  email_key text not null,
  family_name text not null,
  given_name text not null,
  phone text not null,
  password_hash text not null,
  state text not null,
  failures integer not null,
  failing_since timestamp,
  last_login_at timestamp,
  password_changed_at timestamp not null,
  revision bigint not null,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index accounts_email_key on accounts (email_key);

create table memberships (
  id text primary key not null,
  account_id text not null references accounts (id),
  facility_id text not null references facilities (id),
  state text not null,
  created_at timestamp not null,
  verified_at timestamp
);
create unique index memberships_account_facility on memberships (account_id, facility_id);
create index memberships_facility on memberships (facility_id, state);

create table consents (
  id text primary key not null,
  account_id text not null references accounts (id),
  document text not null,
  version text not null,
  at timestamp not null
);
create unique index consents_once on consents (account_id, document, version);

-- One registration in progress per visitor; the password is hashed as soon as it is typed.
create table signup_drafts (
  visitor_hash text primary key not null,
  document text not null,
  password_hash text,
  expires_at timestamp not null
);
create index signup_drafts_expiry on signup_drafts (expires_at);

-- Registered, not yet activated: no account exists before the mailed link is used.
create table signups (
  id text primary key not null,
  email text not null,
  email_key text not null,
  family_name text not null,
  given_name text not null,
  phone text not null,
  facility_id text not null references facilities (id),
  password_hash text not null,
  terms_version text not null,
  privacy_version text not null,
  visitor_hash text not null,
  activated_at timestamp,
  created_at timestamp not null
);
create index signups_email on signups (email_key);
create index signups_created on signups (created_at);
create index signups_facility on signups (facility_id);

create table link_tokens (
  id text primary key not null,
  purpose text not null,
  subject_id text not null,
  token_hash text not null,
  expires_at timestamp not null,
  used_at timestamp,
  replaced_at timestamp,
  created_at timestamp not null
);
create unique index link_tokens_hash on link_tokens (token_hash);
create index link_tokens_subject on link_tokens (purpose, subject_id, created_at);
create index link_tokens_expiry on link_tokens (expires_at);

create table sessions (
  id text primary key not null,
  token_hash text not null,
  account_id text not null references accounts (id),
  facility_id text references facilities (id),
  address text not null,
  user_agent text not null,
  created_at timestamp not null,
  seen_at timestamp not null,
  ends_at timestamp not null
);
create unique index sessions_token on sessions (token_hash);
create index sessions_account on sessions (account_id);
create index sessions_expiry on sessions (ends_at);
create index sessions_facility on sessions (facility_id);

-- What a visitor had typed when the session ended; given back after the next login.
create table kept_forms (
  id text primary key not null,
  account_id text not null references accounts (id),
  path text not null,
  fields text not null,
  expires_at timestamp not null
);
create unique index kept_forms_account_path on kept_forms (account_id, path);

create table throttles (
  key text primary key not null,
  count integer not null,
  window_started_at timestamp not null
);
create index throttles_window on throttles (window_started_at);

create table staff (
  id text primary key not null,
  email text not null,
  email_key text not null,
  name text not null,
  roles text not null,
  password_hash text,
  totp_sealed text,
  totp_last_step bigint,
  state text not null,
  last_login_at timestamp,
  revision bigint not null,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index staff_email_key on staff (email_key);

create table staff_sessions (
  id text primary key not null,
  token_hash text not null,
  staff_id text not null references staff (id),
  stage text not null,
  address text not null,
  user_agent text not null,
  created_at timestamp not null,
  seen_at timestamp not null,
  ends_at timestamp not null
);
create unique index staff_sessions_token on staff_sessions (token_hash);
create index staff_sessions_staff on staff_sessions (staff_id);
create index staff_sessions_expiry on staff_sessions (ends_at);

create table applications (
  id text primary key not null,
  number text,
  kind text not null,
  facility_id text not null references facilities (id),
  account_id text not null references accounts (id),
  state text not null,
  document text not null,
  assignee_id text references staff (id),
  assigned_at timestamp,
  last_reviewer_id text references staff (id),
  submitted_at timestamp,
  due_on date,
  decided_at timestamp,
  revision bigint not null,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index applications_number on applications (number);
create index applications_queue on applications (state, submitted_at, id);
create index applications_facility on applications (facility_id, created_at);
create index applications_account on applications (account_id, created_at);
create index applications_assignee on applications (assignee_id, state);
-- One open usage start at a time, and one approved ever (the rule stands in the database).
create unique index applications_one_usage_start on applications (facility_id)
  where kind = 'usage_start'
    and state in ('submitted', 'in_review', 'returned', 'awaiting_approval', 'approved');
create unique index applications_one_draft on applications (facility_id, account_id, kind)
  where state = 'draft';

-- What was sent, frozen at each submission: the legal record.
create table filings (
  id text primary key not null,
  application_id text not null references applications (id),
  version integer not null,
  schema_version integer not null,
  document text not null,
  filed_by text not null,
  filed_at timestamp not null
);
create unique index filings_version on filings (application_id, version);

create table application_events (
  id text primary key not null,
  application_id text not null references applications (id),
  actor text not null,
  verb text not null,
  from_state text not null,
  to_state text not null,
  reason text not null,
  detail text not null,
  at timestamp not null
);
create index application_events_application on application_events (application_id, at);

create table application_faults (
  id text primary key not null,
  application_id text not null references applications (id),
  event_id text not null references application_events (id),
  field text not null,
  reason text not null,
  text text not null,
  resolved_at timestamp
);
create index application_faults_application on application_faults (application_id);

create table evidence (
  id text primary key not null,
  application_id text not null references applications (id),
  facility_id text not null references facilities (id),
  account_id text not null references accounts (id),
  storage_key text not null,
  preview_key text,
  original_name text not null,
  media_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  removed_at timestamp,
  created_at timestamp not null
);
create unique index evidence_storage_key on evidence (storage_key);
create index evidence_application on evidence (application_id, created_at);
create index evidence_facility on evidence (facility_id);

-- The register of facilities that may use the service: one row per approval.
create table registrations (
  id text primary key not null,
  facility_id text not null references facilities (id),
  application_id text not null references applications (id),
  staff_count integer not null,
  approved_at timestamp not null,
  ended_at timestamp
);
create unique index registrations_facility on registrations (facility_id);

create table devices (
  id text primary key not null,
  facility_id text not null references facilities (id),
  application_id text not null references applications (id),
  slot integer not null check (slot between 1 and 20),
  user_id text not null,
  label text not null,
  state text not null,
  generation bigint not null,
  lost_at timestamp,
  suspended_at timestamp,
  revoked_at timestamp,
  activated_at timestamp,
  last_used_at timestamp,
  revision bigint not null,
  created_at timestamp not null,
  updated_at timestamp not null
);
create unique index devices_facility_user on devices (facility_id, user_id);
-- At most 20 devices per application: each takes one of its slots.
create unique index devices_slot on devices (application_id, slot);

-- One activation code with its initial password. Sealed text is erased at first use.
create table activations (
  id text primary key not null,
  device_id text not null references devices (id),
  code_mac text not null,
  password_mac text not null,
  sealed text,
  tries integer not null,
  expires_at timestamp not null,
  used_at timestamp,
  ended_at timestamp,
  created_at timestamp not null
);
create unique index activations_code on activations (code_mac);
create unique index activations_one_open on activations (device_id)
  where used_at is null and ended_at is null;
create index activations_expiry on activations (expires_at);

-- One device key pair, the OAuth client. Only the public key is known here.
create table credentials (
  id text primary key not null,
  device_id text not null references devices (id),
  activation_id text not null references activations (id),
  jwk text not null,
  thumbprint text not null,
  registration_token_hash text not null,
  metadata text not null,
  state text not null,
  created_at timestamp not null,
  ended_at timestamp
);
create index credentials_device on credentials (device_id);
create unique index credentials_one_active on credentials (device_id) where state = 'active';
create unique index credentials_registration_token on credentials (registration_token_hash);

create table used_jtis (
  key text primary key not null,
  expires_at timestamp not null
);
create index used_jtis_expiry on used_jtis (expires_at);

create table signing_keys (
  id text primary key not null,
  sealed text not null,
  public_jwk text not null,
  created_at timestamp not null,
  retired_at timestamp
);

-- The eligibility service's own credentials for introspection.
create table introspection_clients (
  id text primary key not null,
  name text not null,
  secret_hash text not null,
  state text not null,
  created_at timestamp not null,
  expires_at timestamp
);

create table jobs (
  id text primary key not null,
  kind text not null,
  payload text not null,
  unique_key text,
  state text not null,
  attempts integer not null,
  run_at timestamp not null,
  leased_by text,
  leased_until timestamp,
  last_error text,
  created_at timestamp not null,
  finished_at timestamp
);
create unique index jobs_unique_key on jobs (unique_key);
create index jobs_ready on jobs (state, run_at);

create table mails (
  id text primary key not null,
  letter text not null,
  recipient text not null,
  subject text not null,
  state text not null,
  last_error text,
  created_at timestamp not null,
  sent_at timestamp
);
create index mails_created on mails (created_at, id);

create table audit_events (
  id text primary key not null,
  at timestamp not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  facility_id text,
  detail text not null,
  request_id text,
  address text
);
create index audit_events_at on audit_events (at, id);
create index audit_events_subject on audit_events (subject_id, at);
create index audit_events_facility on audit_events (facility_id, at);
