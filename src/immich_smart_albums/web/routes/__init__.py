"""What the studio answers, by address: pages, a rule and its photos, edits, runs, pictures."""
