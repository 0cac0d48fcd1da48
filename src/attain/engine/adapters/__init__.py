"""Where the queries run."""
