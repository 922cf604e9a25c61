"""The studio, as browsers use it."""
