drop table reminder_stops;
drop table reminders;
