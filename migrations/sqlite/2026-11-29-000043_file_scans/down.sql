drop index attachments_scan;
drop index evidence_scan;
alter table attachments drop column scanned_at;
alter table attachments drop column scan_note;
alter table attachments drop column scan;
alter table evidence drop column scanned_at;
alter table evidence drop column scan_note;
alter table evidence drop column scan;
