"""The `attain` command. Each module holds a group of commands and imports what it needs inside them."""
