"""Batches of facts, and the files that brought decisions."""
