"""What earlier runs found, brought up to date."""

from __future__ import annotations
