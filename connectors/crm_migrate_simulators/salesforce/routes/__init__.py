"""The routes of an org, a room each: every module lists its own in `ROUTES`."""
