"""Mappings tried out on the side: what still holds, and what a change changes. Nothing of the project is written."""
