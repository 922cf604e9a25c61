"""What the tool does, one file per verb. No I/O but through the ports."""

from __future__ import annotations
