"""What happened: fact types, readers, validation and quarantine, immutable batches, the snapshot that a run reads."""
