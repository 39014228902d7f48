CREATE TABLE contacts (id INTEGER PRIMARY KEY, crm_migrate_id TEXT UNIQUE, last_name TEXT, email TEXT, job_title TEXT);
INSERT INTO contacts (last_name, email) VALUES ('Oeztuerk', 'ada@isik.example');
CREATE TABLE products (id INTEGER PRIMARY KEY, code TEXT, name TEXT);
INSERT INTO products (code, name) VALUES ('P-1', 'Press');
CREATE TABLE price_books (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO price_books (name) VALUES ('Standard');
