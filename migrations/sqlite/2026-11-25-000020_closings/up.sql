-- The closings of one import are walked in the order of their ids.
create index facility_changes_import on facility_changes (import_id, verb, id);
