"""EspoCRM 8.2 and later by its REST API, as its documents and its published definitions tell it: unverified."""
