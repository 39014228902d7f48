"""How somebody is reached: mailboxes, telephones, web addresses."""
