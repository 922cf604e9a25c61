"""Albums on an Immich photo server that keep themselves in step with rules."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
