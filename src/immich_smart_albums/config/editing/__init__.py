"""Changes of rules files by the studio: what a click means, the rule as rows, and saving."""

from __future__ import annotations
