drop index applications_one_open;
create unique index applications_one_addition on applications (facility_id)
  where kind = 'device_addition' and state in ('submitted', 'in_review', 'awaiting_approval', 'returned');
alter table devices drop column first_used_at;
drop table operation_starts;
