drop index facility_contacts_erased;
drop index facility_contacts_whole;
alter table facility_contacts drop column erased_at;
