"""The question bank: its Markdown format, readers for other layouts, identity, duplicates, plans of imports."""
