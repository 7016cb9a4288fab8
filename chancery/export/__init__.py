"""What leaves: an export of the log that anybody can check offline, with bodies only for those who may read them.

readable.py  who may read which event          ranges.py   which positions are asked for
files.py     a folder or a .zip, to the byte   bodies.py   which bodies go in
making.py    an export from beginning to end   request.py  what one is asked for with
leaflet.py   the words that lie beside it      receipts.py is a receipt still true?
releasing.py a full export: four eyes, and an event
"""
