drop table former_codes;
drop table facility_contacts;
