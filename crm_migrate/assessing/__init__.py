"""What a company's data is like, before anybody maps it: measured on every row, told for a meeting of one hour."""
