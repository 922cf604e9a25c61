"""Statistics of a whole library: the values that its photos have, and where they were taken."""
