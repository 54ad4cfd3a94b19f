-- Each event is chained to the one before by a keyed hash; the key is outside
-- the database. Events of before stand without a position until they are sealed.
alter table audit_events add column changes text;
alter table audit_events add column position bigint;
alter table audit_events add column chain text;
create unique index audit_events_position on audit_events (position);
create index audit_events_actor on audit_events (actor_id, at, id);
create index audit_events_action on audit_events (action, at, id);

-- The end of the chain: one row, taken last in every transaction that records.
create table audit_heads (
  id integer primary key not null,
  position bigint not null,
  chain text not null,
  mac text not null
);
insert into audit_heads (id, position, chain, mac) values (1, 0, '', '');
