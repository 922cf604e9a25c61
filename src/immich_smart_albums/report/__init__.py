"""Values as text, JSON, Markdown and pages. No decisions are made here."""

from __future__ import annotations
