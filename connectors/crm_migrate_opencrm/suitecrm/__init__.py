"""SuiteCRM 7 by its V8 API (JSON:API), as its published source and its documents tell it: unverified."""
