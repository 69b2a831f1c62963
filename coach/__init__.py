"""An offline interview coach: the core, free of any terminal."""
