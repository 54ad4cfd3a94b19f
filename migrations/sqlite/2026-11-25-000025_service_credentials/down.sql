alter table introspection_clients drop column address_ranges;
