"""Judges of the simulated SuiteCRM that are not ours: a client that others wrote."""
