"""Everything a person sees: commands and screens, thin over `coach.session`."""
