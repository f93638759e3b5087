"""Corrupted variants of real files: what a reader makes of each, seeded."""
