-- What the virus scanner says of each file. What was taken before counts as not
-- scanned: it opens as long as no scanner is configured.
alter table evidence add column scan text not null default 'pending';
alter table evidence add column scan_note text;
alter table evidence add column scanned_at timestamp;
alter table attachments add column scan text not null default 'pending';
alter table attachments add column scan_note text;
alter table attachments add column scanned_at timestamp;
create index evidence_scan on evidence (scan, scanned_at);
create index attachments_scan on attachments (scan, scanned_at);
