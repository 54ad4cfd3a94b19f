drop table exemptions;
