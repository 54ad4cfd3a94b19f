drop trigger standing_facility_stops on facilities;
alter table facilities drop column devices_stop_reason;
alter table facilities drop column devices_stopped_at;
