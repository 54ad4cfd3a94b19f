-- 利用終了: which application ends the use, and whether what ends with it has ended.
alter table registrations add column ended_by text references applications (id);
alter table registrations add column settled_at timestamp;
create index registrations_ending on registrations (ended_at) where ended_at is not null and settled_at is null;

-- Holding an entry changes nothing that a check reads.
drop trigger standing_registration_changes on registrations;
create trigger standing_registration_comes_or_goes after insert or delete on registrations
  for each row execute function standing_of_registration();
create trigger standing_registration_changes after update of facility_id, approved_at, ended_at on registrations
  for each row execute function standing_of_registration();
