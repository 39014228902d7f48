"""What a mapping may say, proposed from names, values, profiles and earlier projects; a person has the last word."""
