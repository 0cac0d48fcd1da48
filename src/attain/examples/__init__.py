"""Companies to try Attain with: each folder is a workspace with its raw data, its source and its licence."""
