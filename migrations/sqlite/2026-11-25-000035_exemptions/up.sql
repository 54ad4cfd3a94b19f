-- やむを得ない事由: why an office does not take part.
create table exemptions (
  id text primary key not null,
  facility_id text not null references facilities (id),
  application_id text not null references applications (id),
  reason text not null,
  -- The day of closing, suspension or leaving, where the reason has one.
  takes_effect_on date,
  declared_at timestamp not null,
  ended_at timestamp
);
create unique index exemptions_current on exemptions (facility_id) where ended_at is null;
create index exemptions_application on exemptions (application_id);
