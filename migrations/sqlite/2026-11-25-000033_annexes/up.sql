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

create trigger standing_annex_comes after insert on annexes begin
  insert into standing_changes (kind, subject) values ('facility', new.main_id);
end;
create trigger standing_annex_changes after update on annexes begin
  insert into standing_changes (kind, subject) values ('facility', new.main_id);
end;
create trigger standing_annex_goes after delete on annexes begin
  insert into standing_changes (kind, subject) values ('facility', old.main_id);
end;
-- What a check answers of the subordinate office is held with the main one.
create trigger standing_subordinate_changes after update of code, closed_on on facilities
when old.code is not new.code or old.closed_on is not new.closed_on begin
  insert into standing_changes (kind, subject)
    select 'facility', main_id from annexes where subordinate_id = new.id and ended_at is null;
end;
