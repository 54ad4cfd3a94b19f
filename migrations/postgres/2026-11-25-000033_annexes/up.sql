-- 併設: the devices of a main office speak for a subordinate one in the same place.
create table annexes (
  id text primary key not null,
  main_id text not null references facilities (id),
  subordinate_id text not null references facilities (id),
  application_id text not null references applications (id),
  declared_at timestamp not null,
  ended_at timestamp,
  -- cancelled, objected, terminated, undone; empty while it holds.
  ended_because text not null default '',
  check (main_id <> subordinate_id)
);
create index annexes_main on annexes (main_id, id);
create index annexes_subordinate on annexes (subordinate_id, id);
create index annexes_application on annexes (application_id);

-- Who is in an annex now: one at most, whichever side, so that there are no chains.
create table annex_places (
  facility_id text primary key not null references facilities (id),
  annex_id text not null references annexes (id)
);
create index annex_places_annex on annex_places (annex_id);

create function standing_of_annex() returns trigger language plpgsql as $$
begin
  perform standing_note('facility', case tg_op when 'DELETE' then old.main_id else new.main_id end);
  return null;
end $$;
create trigger standing_annex_changes after insert or update or delete on annexes
  for each row execute function standing_of_annex();

-- What a check answers of the subordinate office is held with the main one.
create function standing_of_subordinate() returns trigger language plpgsql as $$
begin
  perform standing_note('facility', main_id) from annexes where subordinate_id = new.id and ended_at is null;
  return null;
end $$;
create trigger standing_subordinate_changes after update of code, closed_on on facilities for each row
  when (old.code is distinct from new.code or old.closed_on is distinct from new.closed_on)
  execute function standing_of_subordinate();
