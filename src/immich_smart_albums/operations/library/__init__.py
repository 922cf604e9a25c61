"""What is in a library as a whole: the values that its photos have, and where they were taken."""
