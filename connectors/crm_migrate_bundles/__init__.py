"""Files that a CRM can import, in place of a CRM: what the connector `files` writes for people without API access."""
