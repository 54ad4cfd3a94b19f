drop index mails_recipient;
alter table mails drop column tries;
alter table mails drop column ids;
