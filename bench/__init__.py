"""What Chancery must reach, measured beside others in one run on one machine (`make bench`)."""
