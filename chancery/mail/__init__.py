"""Mail: one digest each working morning, at once only what is urgent. No mail says what it is about.

sender.py    to the mail server      addresses.py  who reads what is sent to a posting
digest.py    what stands in a digest calls.py      which events of the log speak to somebody
morning.py   a mission's digests     urgent.py     what cannot wait
running.py   both, for ever, in one process only

What is sent is kept in `web.digest`, so that nothing goes out twice; how far the log was read, in `conductor.checkpoint`.
"""
