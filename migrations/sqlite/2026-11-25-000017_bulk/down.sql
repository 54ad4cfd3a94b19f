drop table bulk_items;
drop table bulk_runs;
drop index applications_waiting;
drop index applications_method_due;
alter table applications drop column method;
