-- What a letter was about (ids only), so that it can be sent again; how often
-- the mail server was asked.
alter table mails add column ids text;
alter table mails add column tries integer not null default 0;
create index mails_recipient on mails (recipient, id);
