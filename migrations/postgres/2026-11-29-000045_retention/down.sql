-- Before, every file had a place: what was erased gets one that nothing lies at.
update evidence set storage_key = 'evidence/' || replace(id, '-', '') where storage_key is null;
drop index accounts_erased;
drop index accounts_whole;
drop index inquiries_erased;
drop index inquiries_whole;
drop index mails_whole;
drop index applications_ended;
drop index evidence_erased;
drop index evidence_whole;
alter table staff drop column erased_at;
alter table accounts drop column erased_at;
alter table inquiries drop column erased_at;
alter table mails drop column erased_at;
alter table evidence drop column erased_at;
alter table evidence alter column storage_key set not null;
