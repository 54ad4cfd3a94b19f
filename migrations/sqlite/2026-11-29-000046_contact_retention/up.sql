-- Whom to turn to at a facility that does not use the service any more is not kept for
-- ever: the row stays, the person goes, and it says when that was.
alter table facility_contacts add column erased_at timestamp;
create index facility_contacts_whole on facility_contacts (changed_at, facility_id) where erased_at is null;
create index facility_contacts_erased on facility_contacts (facility_id) where erased_at is not null;
