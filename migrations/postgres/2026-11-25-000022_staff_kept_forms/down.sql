drop table staff_kept_forms;
