"""Simulators judged by others: recordings of the real systems, and clients that we did not write."""
