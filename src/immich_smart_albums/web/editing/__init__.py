"""The lines of a rule while somebody edits them: as they stand in the file, as a draft, and to begin with."""
