"""Long work: started by a person, done by the worker, watched on a page."""
