drop trigger standing_registration_changes;
create trigger standing_registration_changes after update on registrations begin
  insert into standing_changes (kind, subject) values ('facility', new.facility_id);
end;
drop index registrations_ending;
alter table registrations drop column settled_at;
alter table registrations drop column ended_by;
