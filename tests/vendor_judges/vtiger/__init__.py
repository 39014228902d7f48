"""Judges of the simulated Zoho CRM that are not ours: recordings of the real one, and its vendor's own clients."""
