drop index credentials_one_incoming;
alter table activations drop column swap;
