-- What the desk publishes: notices, questions and answers, handbooks, texts to agree to.

-- Notices had one day to the next, plain lines and one loudness; now they have a
-- category, an address, a time of day, a life from draft to end, and may have no end.
create table notices_now (
  id text primary key not null,
  state text not null,
  revision integer not null,
  -- The newest of its versions.
  version integer not null,
  category text not null,
  important boolean not null,
  -- Shown by the client app when it starts.
  popup boolean not null,
  -- Shown at the top of every page.
  banner boolean not null,
  title text not null,
  body text not null,
  -- 'both', 'omf' or 'csm'.
  site text not null,
  -- 所属機関 and prefectures it is for, each between commas; empty for all.
  kinds text not null,
  prefectures text not null,
  starts_at timestamp not null,
  ends_at timestamp,
  made_by text not null references staff (id),
  created_at timestamp not null,
  -- When its text was last changed after it had appeared.
  amended_at timestamp
);
insert into notices_now
  select id, case when ends_at > starts_at then 'published' else 'ended' end, 1, 1,
    case when severity = 'outage' then 'outage' else 'general' end, severity <> 'info', true, false,
    title, body, 'both',
    case when kinds = '' then '' else ',' || kinds || ',' end,
    case when prefectures = '' then '' else ',' || prefectures || ',' end,
    starts_at, ends_at, published_by, created_at, null
  from notices;
drop table notices;
alter table notices_now rename to notices;
-- What visitors and the app ask for, newest first.
create index notices_shown on notices (state, starts_at, id);
-- What the clock has to end.
create index notices_end on notices (state, ends_at);
-- The editors' list.
create index notices_newest on notices (starts_at, id);

-- Who has read what.
create table notice_reads (
  account_id text not null references accounts (id) on delete cascade,
  notice_id text not null references notices (id) on delete cascade,
  read_at timestamp not null,
  primary key (account_id, notice_id)
);
create index notice_reads_notice on notice_reads (notice_id);

-- Every version of what is published, with the words of its fields.
create table content_versions (
  subject_kind text not null,
  subject_id text not null,
  number integer not null,
  document text not null,
  comment text not null,
  made_by text not null,
  made_at timestamp not null,
  primary key (subject_kind, subject_id, number)
);

-- Files that belong to something that is no application.
create table attachments (
  id text primary key not null,
  subject_kind text not null,
  subject_id text not null,
  storage_key text not null,
  original_name text not null,
  media_type text not null,
  size_bytes bigint not null,
  sha256 text not null,
  created_at timestamp not null
);
create index attachments_subject on attachments (subject_kind, subject_id, id);
create index attachments_storage on attachments (storage_key);

create table faq_entries (
  id text primary key not null,
  state text not null,
  revision integer not null,
  version integer not null,
  category text not null,
  position integer not null,
  site text not null,
  question text not null,
  answer text not null,
  -- Readings and other words, with commas between.
  keywords text not null,
  -- The three folded, to be searched.
  question_key text not null,
  keywords_key text not null,
  answer_key text not null,
  -- Written from this answered inquiry.
  inquiry_id text,
  made_by text not null,
  created_at timestamp not null,
  changed_at timestamp not null
);
create index faq_entries_shelf on faq_entries (state, category, position, id);
create index faq_entries_newest on faq_entries (changed_at, id);

-- Characters and pairs of characters of published entries; the heaviest place counts.
create table faq_grams (
  gram text not null,
  site text not null,
  entry_id text not null references faq_entries (id) on delete cascade,
  weight smallint not null,
  primary key (gram, site, entry_id)
) without rowid;
create index faq_grams_entry on faq_grams (entry_id);

create table faq_votes (
  entry_id text not null references faq_entries (id) on delete cascade,
  voter_hash text not null,
  helpful boolean not null,
  voted_at timestamp not null,
  primary key (entry_id, voter_hash)
);

-- Words that mean the same to those who search.
create table faq_synonyms (
  id text primary key not null,
  words text not null,
  changed_by text not null,
  changed_at timestamp not null
);

-- Searches that found nothing.
create table faq_misses (
  site text not null,
  words_key text not null,
  words text not null,
  times integer not null,
  first_at timestamp not null,
  last_at timestamp not null,
  primary key (site, words_key)
);
create index faq_misses_most on faq_misses (times, words_key);
create index faq_misses_last on faq_misses (last_at);

create table manuals (
  id text primary key not null,
  -- Its address for good.
  slug text not null unique,
  state text not null,
  revision integer not null,
  position integer not null,
  site text not null,
  title text not null,
  summary text not null,
  made_by text not null,
  created_at timestamp not null
);
create index manuals_shelf on manuals (state, position, id);

create table manual_versions (
  id text primary key not null,
  manual_id text not null references manuals (id),
  sequence integer not null,
  -- As printed on it: 「1.2」.
  label text not null,
  revised_on date not null,
  changes text not null,
  body text not null,
  made_by text not null,
  made_at timestamp not null,
  unique (manual_id, sequence)
);

-- Texts one agrees to, in versions after the first, which comes with the program.
create table legal_versions (
  document text not null,
  -- The day from which it holds.
  version text not null,
  body text not null,
  changes text not null,
  made_by text not null,
  made_at timestamp not null,
  primary key (document, version)
);

-- The first synonyms; editors keep them from here on.
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000001', '整骨院、接骨院、ほねつぎ、柔整、柔道整復、せいこついん、せっこついん、じゅうどうせいふく', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000002', '鍼灸院、鍼灸、はり、きゅう、はりきゅう、針灸、しんきゅう、鍼', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000003', 'マッサージ、あんま、あん摩、あはき、按摩', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000004', '助産所、助産院、じょさんじょ、じょさんいん、助産師', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000005', 'パスワード忘れ、パスワードを忘れた、ログインできない、ログイン出来ない、入れない、サインインできない', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000006', 'パスワード、暗証番号、PW、ぱすわーど、password', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000007', 'アクティベーションコード、コード、番号、認証コード、設定コード、activation', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000008', '登録記号番号、機関コード、医療機関コード、施術所番号', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000009', 'スマートフォン、スマホ、携帯、ケータイ、iPhone、アイフォン、アンドロイド、Android、すまほ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000a', 'タブレット、iPad、アイパッド', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000b', 'パソコン、PC、Windows、ノートパソコン、ぱそこん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000c', '端末、機器、機械、デバイス、たんまつ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000d', 'カードリーダー、ICカードリーダー、読取機、読み取り機、カード読取', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000e', 'マイナンバーカード、マイナカード、個人番号カード、マイナンバー', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000000f', '保険証、健康保険証、ほけんしょう、マイナ保険証、資格確認書', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000010', '申請、申し込み、申込み、申込、届出、届け出、もうしこみ、しんせい', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000011', '登録、新規登録、ユーザー登録、とうろく', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000012', 'メール、eメール、電子メール、Eメール、メイル', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000013', '届かない、とどかない、来ない、こない、受信できない', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000014', 'アドレス、メールアドレス、めーるあどれす', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000015', '助成金、補助金、給付金、支援金、じょせいきん、ほじょきん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000016', '振込、振り込み、振込み、入金、支払い、支払、ふりこみ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000017', '口座、口座番号、銀行口座、こうざ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000018', '締切、締め切り、〆切、期限、期日、しめきり', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000019', '差戻し、差し戻し、差戻、不備、修正依頼、さしもどし', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001a', '紛失、なくした、無くした、失くした、盗難、落とした、ふんしつ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001b', '機種変更、買い替え、買替え、入れ替え、入替、交換', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001c', '併設、主たる施術所、従たる施術所、へいせつ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001d', '運用開始日、運用開始、利用開始日、うんようかいしび', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001e', '廃止、閉院、廃業、閉店、はいし、へいいん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000001f', '変更、へんこう、直したい、修正', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000020', '住所変更、移転、引っ越し、引越し、引越', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000021', '書類、添付、ファイル、写し、しょるい', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000022', '写真、画像、撮影、しゃしん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000023', '照合、一致しない、しょうごう', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000024', '登録用紙、通知書、承諾通知書', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000025', '領収書、レシート、りょうしゅうしょ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000026', '問い合わせ、問合せ、問合わせ、お問い合わせ、質問、といあわせ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000027', '電話、でんわ、TEL、コールセンター', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000028', '時間、受付時間、営業時間', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000029', 'エラー、不具合、おかしい、動かない、うごかない', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002a', 'アプリ、アプリケーション、マイナ資格確認アプリ、あぷり', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002b', 'インストール、ダウンロード、入手、いんすとーる', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002c', '二段階認証、2段階認証、ワンタイム、認証アプリ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002d', '職員、スタッフ、従業員、しょくいん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002e', '引き継ぎ、引継ぎ、承継、院長交代、しょうけい', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-00000000002f', '料金、費用、お金、無料、有料、りょうきん', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000030', '顔認証付きカードリーダー、顔認証', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000031', '義務、義務化、ぎむ', 'system:', '2026-11-29 00:00:00');
insert into faq_synonyms (id, words, changed_by, changed_at) values ('019ac000-0000-7000-8000-000000000032', 'オンライン資格確認、資格確認、オン資、おんしかく', 'system:', '2026-11-29 00:00:00');
