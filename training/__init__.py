"""Training of the judge's adapter and of the small models that combine its verdicts; not installed."""
