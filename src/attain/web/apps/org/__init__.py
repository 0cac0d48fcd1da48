"""Who holds which position under whom, with which quotas and parameters; all of it dated."""
