"""Migrations of the tables of libraries, one folder a library: see `BORROWED` in `attain.web.settings`."""
