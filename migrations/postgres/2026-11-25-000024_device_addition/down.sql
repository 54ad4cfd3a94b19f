drop table automatic_limits;
drop index applications_one_addition;
