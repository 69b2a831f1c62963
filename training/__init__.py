"""Training of the judge's adapter and of the small models that combine its verdicts. Not part of the installed package."""
