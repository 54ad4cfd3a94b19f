drop trigger standing_subordinate_changes;
drop table annex_places;
drop table annexes;
