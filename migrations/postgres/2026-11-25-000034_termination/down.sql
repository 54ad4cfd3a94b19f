drop trigger standing_registration_comes_or_goes on registrations;
drop trigger standing_registration_changes on registrations;
create trigger standing_registration_changes after insert or update or delete on registrations
  for each row execute function standing_of_registration();
drop index registrations_ending;
alter table registrations drop column settled_at;
alter table registrations drop column ended_by;
