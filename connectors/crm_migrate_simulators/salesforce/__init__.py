"""A simulated Salesforce org: its routes, its rules, and for each rule how we know it (`evidence.py`).

The simulator is judged by recordings and by clients that others wrote, never by our own connector.
"""
