-- One switch for all devices of a facility, which keep their own states.
alter table facilities add column devices_stopped_at timestamp;
alter table facilities add column devices_stop_reason text not null default '';

create trigger standing_facility_stops after update of devices_stopped_at on facilities
when old.devices_stopped_at is not new.devices_stopped_at begin
  insert into standing_changes (kind, subject)
    select 'facility', new.id where exists (select 1 from registrations where facility_id = new.id);
end;
