drop table legal_versions;
drop table manual_versions;
drop table manuals;
drop table faq_misses;
drop table faq_synonyms;
drop table faq_votes;
drop table faq_grams;
drop table faq_entries;
drop table attachments;
drop table content_versions;
drop table notice_reads;
create table notices_before (
  id text primary key not null,
  severity text not null,
  title text not null,
  body text not null,
  kinds text not null,
  prefectures text not null,
  starts_at timestamp not null,
  ends_at timestamp not null,
  published_by text not null references staff (id),
  created_at timestamp not null
);
insert into notices_before
  select id, case when category = 'outage' then 'outage' when important then 'important' else 'info' end,
    title, body, trim(kinds, ','), trim(prefectures, ','), starts_at, coalesce(ends_at, starts_at), made_by, created_at
  from notices;
drop table notices;
alter table notices_before rename to notices;
create index notices_end on notices (ends_at);
create index notices_newest on notices (starts_at, id);
