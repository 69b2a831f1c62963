"""`coach --help` on one screen: the commands in groups, two to a line, a few words each."""

from typing import Any

from typer.core import TyperGroup

GROUPS: dict[str, dict[str, str]] = {
    "Practise": {
        "practice": "be interviewed",
        "review": "go through what is due",
        "mock": "a mock interview",
        "report": "what an interview showed",
        "due": "list what is due today",
        "stats": "where you stand",
        "demo": "watch a scripted interview",
        "serve": "the same in a browser",
    },
    "Questions": {
        "ingest": "import your documents",
        "check": "find faults in files",
        "questions": "list the bank",
        "search": "find questions",
    },
    "Models and schedule": {
        "models": "list, fetch, use, check",
        "judge": "how far to trust the judge",
        "srs": "dates, forecast, replay",
        "doctor": "check this installation",
    },
    "Your data": {
        "export": "write everything out",
        "import": "take an export in",
        "backup": "copy the database, checked",
        "restore": "bring a backup back",
    },
    "For other programs": {
        "score": "judge answers",
        "followup": "ask what an answer missed",
        "mcp": "for editors and assistants",
    },
}
COLUMN = 39
"""Two of them fit a terminal of 80 columns."""


class CommandOverview(TyperGroup):
    """The program's commands with a help text that fits 80 x 24."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Usage, what it is, the groups, the options."""
        formatter.write("Usage: coach [OPTIONS] [COMMAND] ...\n\n")
        about = str(self.help).replace(". ", ".\n", 1)
        formatter.write(f"{about} An example of each: coach COMMAND --help\n\n")
        for title, commands in GROUPS.items():
            formatter.write(f"{title}:\n")
            cells = [f"  {name:<10} {words}" for name, words in commands.items()]
            for left, right in zip(cells[::2], [*cells[1::2], ""], strict=False):
                formatter.write(f"{left:<{COLUMN}}{right}".rstrip() + "\n")
        names = [option for parameter in self.get_params(ctx) for option in parameter.opts]
        formatter.write(f"Options: {', '.join(names)}\n")
