-- How somebody of the staff wants their pages. Columns that are not shown, by name.
create table staff_settings (
  staff_id text primary key not null references staff (id),
  hidden_columns text not null
);
