-- A code for another device beside the one in use, which goes on until the other one
-- is first used.
alter table activations add column swap boolean not null default false;
-- Set up, and not used yet: at most one beside the one in use.
create unique index credentials_one_incoming on credentials (device_id) where state = 'incoming';
