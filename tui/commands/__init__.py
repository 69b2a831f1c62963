"""The command line, a file for each group of commands. A command formats what a function returned; it does not compute."""
