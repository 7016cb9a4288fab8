"""The command line: parse, one command to the desk or one question to the views, print. Nothing is decided here."""
