"""What pages and command line both say of tasks, obligations and clocks: the same words from the same data."""
