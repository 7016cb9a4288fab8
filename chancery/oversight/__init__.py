"""Headquarters' view across missions: figures by obligation over half a year, never by person, never ranked.

facts.py    one task, as the figures need it       reading.py  facts out of the log, remembered while nothing moved
halfyear.py the period                             figures.py  facts added up by mission and area
hiding.py   small numbers, and what gives them away  first.py  who sees a figure before headquarters does
table.py    the whole page's figures               lines.py    the log's lines, newest first, for the audit
looks.py    who looked whom up: auditors are logged too
"""
