alter table weekly_counts drop column neither;
alter table weekly_counts drop column exempt;
alter table weekly_counts drop column operating;
