"""Rows of a rule on a page: their forms, their values, and how many photos each lets through."""
