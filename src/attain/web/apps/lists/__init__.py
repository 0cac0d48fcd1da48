"""How lists are looked at: tables with their files, and the views of them that an account keeps."""
