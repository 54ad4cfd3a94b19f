alter table mails drop column reported_at;
alter table mails drop column report;
