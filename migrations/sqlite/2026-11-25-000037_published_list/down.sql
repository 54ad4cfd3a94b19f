drop index facilities_code;
create index facilities_code on facilities (code);
drop table edition_files;
drop table editions;
