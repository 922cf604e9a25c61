"""Rules files while somebody edits them: whole files, the lines of one album, and lines to begin with."""
