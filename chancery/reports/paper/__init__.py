"""A report on paper: one model of what it says, and the forms it is given (text, HTML, PDF, XLSX, CSV, JSON)."""
