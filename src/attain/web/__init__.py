"""The application: records of a workspace in a relational database, written only by services that audit."""
