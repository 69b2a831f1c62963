"""The command line, a file a group of commands. A command formats what a function returned; it computes nothing."""
