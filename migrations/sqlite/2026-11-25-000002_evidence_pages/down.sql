drop table evidence_bookmarks;
