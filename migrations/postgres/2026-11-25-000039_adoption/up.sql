-- How far facilities have come, by week: 運用開始済, やむを得ない事由, and neither taking
-- part nor exempt. Weeks counted before do not know, and stay at 0.
alter table weekly_counts add column operating bigint not null default 0;
alter table weekly_counts add column exempt bigint not null default 0;
alter table weekly_counts add column neither bigint not null default 0;
