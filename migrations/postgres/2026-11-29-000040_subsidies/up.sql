-- 助成金: programmes, claims, decisions, notices, payments.

create table subsidy_programmes (
  id text primary key not null,
  -- The order in which they are shown.
  position integer not null,
  created_at timestamp not null
);

-- Versions of a programme's rules. A row never changes: what was sent under it
-- stays under it.
create table subsidy_rules (
  programme_id text not null references subsidy_programmes (id),
  version integer not null,
  -- JSON: name, kinds, rate, components, caps, rounding, window.
  document text not null,
  -- Why it was made.
  comment text not null,
  made_by text not null,
  made_at timestamp not null,
  primary key (programme_id, version)
);

create table subsidy_budgets (
  programme_id text not null references subsidy_programmes (id),
  -- 年度: April of this year to March of the next.
  fiscal_year integer not null,
  yen bigint not null,
  primary key (programme_id, fiscal_year)
);

-- What claims say, as last sent, for sums and for finding the same receipt twice.
create table subsidy_claims (
  application_id text primary key not null references applications (id),
  facility_id text not null references facilities (id),
  programme_id text not null references subsidy_programmes (id),
  rules_version integer not null,
  fiscal_year integer not null,
  -- As computed from what was claimed.
  yen bigint not null,
  filed_at timestamp not null
);
create index subsidy_claims_facility on subsidy_claims (facility_id, programme_id);
create index subsidy_claims_year on subsidy_claims (programme_id, fiscal_year, application_id);

create table subsidy_purchases (
  application_id text not null references subsidy_claims (application_id),
  line integer not null,
  -- The shop's name as it is searched by.
  shop text not null,
  bought_on date not null,
  yen bigint not null,
  primary key (application_id, line)
);
create index subsidy_purchases_receipt on subsidy_purchases (bought_on, yen, shop);
create index evidence_sha256 on evidence (sha256, application_id);

-- The register: what was granted, what refused.
create table subsidy_decisions (
  application_id text primary key not null references applications (id),
  facility_id text not null references facilities (id),
  programme_id text not null references subsidy_programmes (id),
  rules_version integer not null,
  fiscal_year integer not null,
  -- granted, refused
  outcome text not null,
  yen bigint not null,
  -- JSON: all that the notice says.
  document text not null,
  -- JSON: the account it is paid to; a returned transfer lets it be corrected.
  payee text not null,
  -- Since when a returned transfer waits for that.
  held_since timestamp,
  decided_at timestamp not null
);
create index subsidy_decisions_year on subsidy_decisions (programme_id, fiscal_year, application_id);
create index subsidy_decisions_facility on subsidy_decisions (facility_id);
create index subsidy_decisions_held on subsidy_decisions (held_since, application_id) where held_since is not null;

-- Once per facility, and per annex, and programme: a row for each office that a
-- grant covers.
create table subsidy_covers (
  programme_id text not null references subsidy_programmes (id),
  facility_id text not null references facilities (id),
  application_id text not null references subsidy_decisions (application_id),
  primary key (programme_id, facility_id)
);
create index subsidy_covers_application on subsidy_covers (application_id);

-- Notices of decisions, numbered without gaps in each fiscal year.
create table subsidy_notices (
  application_id text primary key not null references applications (id),
  fiscal_year integer not null,
  number integer not null,
  issued_on date not null,
  storage_key text,
  size_bytes bigint,
  sha256 text
);
create unique index subsidy_notices_number on subsidy_notices (fiscal_year, number);
create unique index subsidy_notices_key on subsidy_notices (storage_key);

create table payment_batches (
  id text primary key not null,
  -- prepared, exported, settled, dissolved
  state text not null,
  pay_on date not null,
  -- JSON: from which account.
  payer text not null,
  -- none, crlf
  line_ends text not null,
  items integer not null,
  yen bigint not null,
  -- Of the file, from the first export on.
  sha256 text,
  prepared_by text not null,
  prepared_at timestamp not null,
  exported_at timestamp,
  settled_at timestamp,
  revision bigint not null
);
create index payment_batches_prepared on payment_batches (prepared_at, id);

create table payment_items (
  id text primary key not null,
  batch_id text not null references payment_batches (id),
  position integer not null,
  application_id text not null references subsidy_decisions (application_id),
  yen bigint not null,
  -- JSON: the account, as it stands in the file.
  payee text not null,
  -- When it left the batch for good: its transfer came back, or the batch was dissolved.
  released_at timestamp,
  returned_on date,
  returned_because text
);
-- A claim is in one live batch only.
create unique index payment_items_live on payment_items (application_id) where released_at is null;
create unique index payment_items_batch on payment_items (batch_id, position);
create index payment_items_application on payment_items (application_id);

-- Each night: whether claims, decisions, payments and files agree.
create table book_checks (
  checked_on date primary key not null,
  -- JSON: what does not agree, in words; empty when all does.
  differences text not null,
  checked_at timestamp not null
);

-- Banks and branches by their public codes (金融機関コード, 店番).
create table banks (
  code text primary key not null,
  name text not null,
  kana text not null
);

create table bank_branches (
  bank_code text not null references banks (code),
  code text not null,
  name text not null,
  kana text not null,
  primary key (bank_code, code)
);

-- The programmes known when this was written (SPEC 4.5).
insert into subsidy_programmes (id, position, created_at) values
  ('01a20000-0000-7000-8000-000000000001', 1, '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000002', 2, '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000003', 3, '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000004', 4, '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000005', 5, '2026-11-29 00:00:00');

insert into subsidy_rules (programme_id, version, document, comment, made_by, made_at) values
  ('01a20000-0000-7000-8000-000000000001', 1, '{"name":"施術所等（資格確認限定型）","kinds":["judo_therapy","acupuncture_massage"],"rate":{"of":1,"per":1},"components":[{"label":"端末等","items":["smartphone","tablet","card_reader"],"cap":41000}],"total_cap":41000,"rounding":1000,"bought_from":"2024-04-01","opens_on":"2024-04-01","closes_on":"2025-02-01"}', '初期設定', 'system:', '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000002', 1, '{"name":"助産所（資格確認限定型）","kinds":["midwifery"],"rate":{"of":3,"per":4},"components":[{"label":"端末等","items":["smartphone","tablet","card_reader"],"cap":41000}],"total_cap":41000,"rounding":1000,"bought_from":"2024-04-01","opens_on":"2024-04-01","closes_on":null}', '初期設定', 'system:', '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000003', 1, '{"name":"居宅同意取得型・病院","kinds":["hospital"],"rate":{"of":1,"per":2},"components":[{"label":"端末等","items":["smartphone","tablet","card_reader"],"cap":41000},{"label":"レセプトコンピュータの改修等","items":["receipt_computer"],"cap":781000}],"total_cap":822000,"rounding":1000,"bought_from":"2024-04-01","opens_on":"2024-04-01","closes_on":"2026-01-31"}', '初期設定', 'system:', '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000004', 1, '{"name":"居宅同意取得型・大型チェーン薬局","kinds":["pharmacy_chain"],"rate":{"of":1,"per":2},"components":[{"label":"端末等","items":["smartphone","tablet","card_reader"],"cap":41000},{"label":"レセプトコンピュータの改修等","items":["receipt_computer"],"cap":130000}],"total_cap":171000,"rounding":1000,"bought_from":"2024-04-01","opens_on":"2024-04-01","closes_on":"2026-01-31"}', '初期設定', 'system:', '2026-11-29 00:00:00'),
  ('01a20000-0000-7000-8000-000000000005', 1, '{"name":"居宅同意取得型・診療所／薬局","kinds":["clinic","dental_clinic","pharmacy"],"rate":{"of":3,"per":4},"components":[{"label":"端末等","items":["smartphone","tablet","card_reader"],"cap":41000},{"label":"レセプトコンピュータの改修等","items":["receipt_computer"],"cap":130000}],"total_cap":171000,"rounding":1000,"bought_from":"2024-04-01","opens_on":"2024-04-01","closes_on":"2026-01-31"}', '初期設定', 'system:', '2026-11-29 00:00:00');
