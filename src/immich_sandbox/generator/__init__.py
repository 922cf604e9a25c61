"""A made-up library: people, journeys, pictures."""

from __future__ import annotations
