"""Sentences that commands and pages share."""

MEND_QUERY = "Mend these rows in the database, or in the query, and import it again."
