"""The plan language: documents, expressions, their checker, prose, difference and tests."""
