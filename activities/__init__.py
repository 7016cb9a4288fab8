"""The I/O that workflows ask for: commands through the one door, reading the log, the daily tick."""
