drop table audit_heads;
drop index audit_events_action;
drop index audit_events_actor;
drop index audit_events_position;
alter table audit_events drop column chain;
alter table audit_events drop column position;
alter table audit_events drop column changes;
