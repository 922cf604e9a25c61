"""Rows of a rule on a page: their forms, choices and values, and how many photos each lets through."""
