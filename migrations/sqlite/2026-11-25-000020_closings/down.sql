drop index facility_changes_import;
