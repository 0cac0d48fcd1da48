"""Answering browsers: the WSGI application, its headers, its error pages, and the processes of `attain serve`."""
