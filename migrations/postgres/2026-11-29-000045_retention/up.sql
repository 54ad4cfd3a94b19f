-- What is not kept for ever: rows stay, what they said of people goes, and each says
-- when that was. A file that was erased has no place in the store any more.
alter table evidence alter column storage_key drop not null;
alter table evidence add column erased_at timestamp;
alter table mails add column erased_at timestamp;
alter table inquiries add column erased_at timestamp;
alter table accounts add column erased_at timestamp;
alter table staff add column erased_at timestamp;
-- What is still to be looked at, and what was erased: each by its own short index.
create index evidence_whole on evidence (application_id) where erased_at is null;
create index evidence_erased on evidence (id) where erased_at is not null;
create index applications_ended on applications (updated_at, id) where state in ('approved', 'rejected', 'withdrawn');
create index mails_whole on mails (created_at, id) where erased_at is null;
create index inquiries_whole on inquiries (closed_at, id) where erased_at is null and closed_at is not null;
create index inquiries_erased on inquiries (id) where erased_at is not null;
create index accounts_whole on accounts (created_at, id) where erased_at is null;
create index accounts_erased on accounts (id) where erased_at is not null;
