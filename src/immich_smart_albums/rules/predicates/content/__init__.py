"""What is to be seen on a photo."""

from __future__ import annotations
