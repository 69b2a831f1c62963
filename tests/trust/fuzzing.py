"""How long the fuzz tests look: briefly in the tests, as long as one likes in `benchmarks/fuzz.py`."""

import os

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
"""Inputs tried for each property."""

few = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
