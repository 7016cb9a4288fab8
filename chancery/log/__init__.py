"""The log: append-only, gap-free, readable by stream and by position (docs/log.md)."""
