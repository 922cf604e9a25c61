"""How hard property tests look.

By default for a moment, and at the same examples everywhere: a fresh clone does not fail by luck.
`HYPOTHESIS_PROFILE=thorough` (`make test-deep`) looks for long, and elsewhere each time.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
