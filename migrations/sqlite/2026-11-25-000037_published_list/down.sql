create index facilities_code on facilities (code);
drop index facilities_code_id;
drop table edition_files;
drop table editions;
