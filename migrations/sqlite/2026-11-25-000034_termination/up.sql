-- 利用終了: which application ends the use, and whether what ends with it has ended.
alter table registrations add column ended_by text references applications (id);
alter table registrations add column settled_at timestamp;
create index registrations_ending on registrations (ended_at) where ended_at is not null and settled_at is null;

-- Holding an entry changes nothing that a check reads.
drop trigger standing_registration_changes;
create trigger standing_registration_changes after update of facility_id, approved_at, ended_at on registrations begin
  insert into standing_changes (kind, subject) values ('facility', new.facility_id);
end;
