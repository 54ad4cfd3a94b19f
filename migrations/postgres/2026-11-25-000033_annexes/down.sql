drop trigger standing_subordinate_changes on facilities;
drop function standing_of_subordinate();
drop table annex_places;
drop table annexes;
drop function standing_of_annex();
