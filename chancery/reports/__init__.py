"""Reports: figures out of the log, each with the list behind it and the positions that every item rests on."""
