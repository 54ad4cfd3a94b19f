-- From where the eligibility service's credential may be used: networks with blanks
-- between; empty for anywhere.
alter table introspection_clients add column address_ranges text not null default '';
