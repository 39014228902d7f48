"""Weighing: which pairs are compared, what each agreement is worth, and which records are one."""
