drop table staff_settings;
