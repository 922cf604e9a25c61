"""Reports as pages: one file with everything in it, no script and no request."""

from __future__ import annotations
