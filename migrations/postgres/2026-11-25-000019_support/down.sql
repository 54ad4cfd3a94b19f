drop index devices_state;
drop index devices_user;
drop table facility_watches;
