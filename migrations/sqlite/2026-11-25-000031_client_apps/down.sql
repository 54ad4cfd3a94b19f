drop trigger standing_credential_app;
drop index credentials_app;
alter table credentials drop column app_id;
drop table client_app_minimums;
drop table client_apps;
