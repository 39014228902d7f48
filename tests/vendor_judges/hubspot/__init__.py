"""Judges of the simulated HubSpot that are not ours: recordings of the real one, and its vendor's own clients."""
