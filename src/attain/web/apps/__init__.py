"""One folder a subject: models, services (the only way to write) and selectors (the only way to read)."""
