"""One reader for each format. Each is strict, has declared options only, and counts what it takes."""
