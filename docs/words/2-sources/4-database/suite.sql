CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE mails (account_id INTEGER, address TEXT, created TEXT);
CREATE TABLE tags (account_id INTEGER, label TEXT);
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, deleted INTEGER);
INSERT INTO accounts VALUES (1, 'Isik Machines');
INSERT INTO mails VALUES (1, 'old@isik.example', '2020-01-01'), (1, 'office@isik.example', '2024-01-01');
INSERT INTO tags VALUES (1, 'VIP'), (1, 'Fair 2024');
INSERT INTO people VALUES (7, 'Yılmaz', 0), (8, 'Test', 1);
