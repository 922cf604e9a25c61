"""Reads plain values of the input, each with its place, and collects every problem."""

from __future__ import annotations
