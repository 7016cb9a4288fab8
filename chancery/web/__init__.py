"""Pages and API: thin. A request is parsed, becomes a command at the desk or a question to the views, and is rendered.

app.py      puts it together          guard.py    headers, origins, tokens, limits
visitor.py  who asks                  pages.py    templates, languages, times
forms.py    what was typed            faults.py   what went wrong, said plainly
routes/     one file a page           api/        the same for other systems
live.py     tells pages to refresh    house.py    what one process works with
"""
