"""The application around the engine: log, desk, conductor, views, vault, reports, and the doors to them."""
