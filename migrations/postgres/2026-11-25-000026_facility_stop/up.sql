-- One switch for all devices of a facility, which keep their own states.
alter table facilities add column devices_stopped_at timestamp;
alter table facilities add column devices_stop_reason text not null default '';

create trigger standing_facility_stops after update of devices_stopped_at on facilities for each row
  when (old.devices_stopped_at is distinct from new.devices_stopped_at)
  execute function standing_of_facility();
