"""Tables computed from the log, which can be thrown away and rebuilt (`chancery rebuild views`).

A row is a function of one folded stream and of nothing else, so a view that was kept up event by event and one that was
rebuilt from the first event are equal row by row.
"""
