drop table canned_answers;
drop table inquiry_drafts;
drop table inquiry_messages;
drop table inquiries;
