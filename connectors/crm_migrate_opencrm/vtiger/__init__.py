"""vtiger CRM 7 and 8 by `webservice.php`, as its documents and published source tell it: unverified."""
