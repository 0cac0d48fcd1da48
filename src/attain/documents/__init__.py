"""Papers that people get: what a statement says, read from a run. How it looks is the pages' and files' part."""
