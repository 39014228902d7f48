"""Bulk jobs: kept in the store, gone on with as the simulator's clock does, told by Bulk API 2.0 and by Bulk API 1."""
