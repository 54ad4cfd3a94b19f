-- Where each member of staff was in a file: page, zoom, turn. The last one looked
-- at is the file a case opens with.
create table evidence_bookmarks (
  staff_id text not null references staff (id),
  evidence_id text not null references evidence (id) on delete cascade,
  application_id text not null references applications (id),
  part integer not null,
  zoom integer not null,
  turn integer not null,
  looked_at timestamp not null,
  primary key (staff_id, evidence_id)
);
create index evidence_bookmarks_case on evidence_bookmarks (staff_id, application_id);
create index evidence_bookmarks_file on evidence_bookmarks (evidence_id);
create index evidence_bookmarks_old on evidence_bookmarks (looked_at);
