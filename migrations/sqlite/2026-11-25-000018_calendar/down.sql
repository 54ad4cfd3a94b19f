drop index application_faults_event;
drop index application_events_at;
drop index applications_decided;
drop table report_marks;
drop table waiting_counts;
drop table weekly_counts;
drop table daily_counts;
drop table holidays;
