drop table factor_resets;
drop table staff_recovery_codes;
