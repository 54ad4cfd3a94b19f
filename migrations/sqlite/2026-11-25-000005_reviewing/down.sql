drop table checklist_ticks;
drop table case_notes;
drop table canned_reasons;
drop table review_rules;
alter table activations drop column revealed_at;
