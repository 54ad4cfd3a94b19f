-- One-time codes that stand in for the second factor; only keyed hashes.
create table staff_recovery_codes (
  id text primary key not null,
  staff_id text not null references staff (id),
  mac text not null,
  created_at timestamp not null,
  used_at timestamp
);
create unique index staff_recovery_codes_mac on staff_recovery_codes (staff_id, mac);

-- One administrator asks to reset a colleague's second factor, another confirms.
create table factor_resets (
  id text primary key not null,
  staff_id text not null references staff (id),
  asked_by text not null references staff (id),
  reason text not null,
  asked_at timestamp not null,
  confirmed_by text references staff (id),
  ended_at timestamp
);
create unique index factor_resets_open on factor_resets (staff_id) where ended_at is null;
