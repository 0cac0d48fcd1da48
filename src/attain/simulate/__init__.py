"""A company that never was: people, deals and money of any size from a seed, with the truth beside what is observed."""
