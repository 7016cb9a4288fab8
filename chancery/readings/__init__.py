"""The access log: who read what, on which ground. A log of its own with a tree of its own, kept a year (docs/adr/0019).

entry.py     what an entry says, as bytes and as a leaf
book.py      writes an entry down before anything is shown; finds entries again
keeping.py   what is a year old loses its content and keeps its leaf
tree.py      the tree over the leaves, and where the signer reads them
verify.py    derives every entry again from its bytes and holds the tree against kept checkpoints
asking.py    what a page or a command asks for, and who may ask
export.py    entries as CSV and JSON lines, with their leaves

No report reads any of this: chancery.reports does not import it, directly or through others.
"""
