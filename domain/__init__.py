"""The rules of Chancery: pure functions and values. No clock, no I/O, no randomness, no Temporal."""
