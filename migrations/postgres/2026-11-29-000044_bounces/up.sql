-- What a mail server on the way told later of a letter that was taken: that it is
-- late, that it was delivered, or why it was not.
alter table mails add column report text;
alter table mails add column reported_at timestamp;
