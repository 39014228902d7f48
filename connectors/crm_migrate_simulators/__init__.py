"""Simulated CRMs on a real socket, for tests: one engine, and one thin module of routes and rules per CRM.

It shares no code with the core or with connectors: a misunderstanding must not sit on both sides of the wire.
What lives where: `schema` and `store` (the data), `clock`, `quotas`, `faults` (what goes wrong, and when), `log` (the
witness), `wire` (requests and replies), `engine` (one request through all of them), `server` (the socket), `admin`
(what tests ask and set while it runs), `keep` (a file that outlives the process).
"""
