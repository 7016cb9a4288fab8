"""Files that come from elsewhere: read strictly, all of it or nothing, and every problem named by file, line and field."""
