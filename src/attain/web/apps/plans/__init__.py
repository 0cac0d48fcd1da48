"""Versions of plan documents; a published one never changes."""
