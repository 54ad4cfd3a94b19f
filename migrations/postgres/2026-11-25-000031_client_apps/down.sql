drop trigger standing_credential_app on credentials;
drop index credentials_app;
alter table credentials drop column app_id;
drop table client_app_minimums;
drop table client_apps;
drop function standing_of_minimum;
drop function standing_of_app;
