"""The kind of a question that does not name it, from its section, its wording and the shape of its answer."""

import re

from coach.models import Kind


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.I | re.S)


_SECTIONS: tuple[tuple[str, Kind], ...] = (
    (r"behaviou?ral|leadership|soft skills|situational|culture fit|\bhr\b|competenc", "behavioral"),
    (r"system[- ]design|software architecture|design (?:questions|round|interview)", "system_design"),
    (r"ml design|case stud", "system_design"),
    (r"coding|programming|algorithm|data structures|debugging|leetcode|live code|whiteboard", "coding"),
)
_EVENTS = (
    "time|situation|instance|occasion|conflict|challenge|challenging|disagreement|failure|mistake|project|decision|"
    "deadline|outage|goal|piece of (?:criticism|work)|hiring|concern|colleague|manager|"
    r"example of (?:a time|how you|when|something|\w+ feedback|difficult)"
)
_STORY = _any(
    r"^(?:can you |could you |please )?(?:tell (?:me|us)|talk|describe|give|share|recall|walk me through|think of)"
    rf"\b.{{0,60}}?\b(?:(?:a|an|one|any|some|the|your|that) (?:\w+[ -]){{0,5}}?(?:{_EVENTS}))",
    r"^describe\b.{0,60}?\b(?:working with|bringing a|getting up to speed|leading an?|about yourself)",
    r"^(?:tell me about|have you ever|when did you)",
    r"^what (?:is|was|has been) (?:your|the) (?:\w+ )?(?:greatest|biggest|proudest|hardest|most)",
    r"\b(?:most proud|proudest)\b|^why (?:do|did|are) you\b|^where do you see yourself",
    r"^how (?:do|did|would) you (?:usually )?(?:handle (?:conflict|stress|pressure|disagree|criticism|failure)|"
    r"prioriti[sz]e (?:your|work|tasks|competing)|stay (?:current|up)|keep up|motivate|give feedback|"
    r"deal with (?:a )?(?:difficult|conflict)|divide your time)",
    r"^(?:describe|give|share) (?:a|an) (?:\w+ ){0,3}(?:time|situation|example|instance)",
    r"^(?:describe|tell me) how you (?:explained|handled|convinced|led|learned)|^how did you once\b",
    r"\byou (?:once |ever )?(?:had to|handled|faced|led|failed|disagreed|missed|made)\b|\byou have faced\b",
    r"^why \w+(?: \w+){0,3} rather than\b.*\b(?:engineering|science|engineer|scientist)\b",
)
_STRUCTURES = (
    "linked list|min heap|max heap|hash table|hash map|trie|breadth-first|depth-first|bfs|dfs|sliding window|"
    "amorti[sz]ed|binary search|dynamic programming|knapsack|two stacks|palindrome|subarray|permutations|sorted list|"
    "subsequence|build order|k largest elements|uniform sample"
)
_CODE_TASK = _any(
    r"^\W*(?:please )?(?:write|implement|code)\b",
    r"\bwrite (?:a|an|the|some|it|out|python|sql|code)\b.*\b(?:function|class|code|decorator|query|program|script|"
    r"python|numpy|encoding|loop)\b",
    r"\bimplement (?:it|this|them|a|an|the)\b",
    r"^(?!what|why|when|how do(?:es)? (?!you)).*\bin (?:python|numpy|sql|pure python)\b",
    r"\b(?:code and complexity|show code|provide code|with code|write it|code examples?|backtracking)\b",
    r"\bsketch the (?:training )?loop\b|\b(?:time|space) complexity\b|\bO\([\w\s^²*]+\)",
    rf"\b(?:{_STRUCTURES})\b",
    r"^(?:given (?:a|an|two|n|\[)|you (?:get|are given) (?:a|an|two) (?:list|array|string|matrix|tree|graph))\b",
    r"^find (?:the|all) (?:\w+ ){0,4}(?:pairs|sub|element|length|first|last|shortest|longest)",
    r"^(?:return|flatten|reverse|merge (?!sort|or)|sort|generate all|solve the|draw k|compute the (?:edit|levensh))",
    r"^build (?:a|an) (?:tiny|small|simple|toy)\b",
    r"\b(?:pdb|monkey patching|decorator|context manager|memory leak|retry logic|profile (?:a|the))\b",
    r"\bdebugging (?:techniques|values)\b|\bdebug\b",
    r"\b(?:training job|script|pytorch model|code) (?:crashes|fails|hangs|returns|throws|gives)\b",
    r"\b(?:gpu \d|returning nan|nan \(|nan or inf)\b",
)
_DESIGN = _any(
    r"(?:^\W*|[.!?]\s+)(?:design|architect)\b",
    r"\bhow (?:do|would|did|can|should|could) you (?:go about )?(?:design|architect|build|set up|structure|scale|serve|"
    r"deploy|make sure that)\b",
    r"\bapproach to (?:designing|architecting|building)\b|\bstrategy for (?:designing|building|deploying)\b",
    r"\bdesign (?:a|an|the|it|your) (?!paper|pattern|matrix|choice)\b|\barchitect (?:automated|ml|an?)\b",
    r"^(?:build|develop|create|set up) (?:a|an|the)\b(?! (?:tiny|small|simple|toy)).*"
    r"\b(?:system|pipeline|service|platform|engine|api|that)\b",
    r"\b(?:latency|throughput|traffic|requests?)\b.{0,40}\b(?:spikes?|jumps?|grows?|peak)\b|\bpeak (?:time|hours)\b",
    r"\bin production\b.{0,80}\b(?:how do you|how would you|what do you)\b.{0,40}\b(?:diagnose|monitor|fix|keep)\b",
    r"\b(?:lack|without|too late|no) (?:ground[- ]truth|true labels)",
    r"\boptimi[sz]ation strategy\b|\baudit and mitigate\b|^you (?:serve|run|operate|need to deploy)\b",
    r"^(?:how (?:do|would|can) you|you|find|dozens|hundreds)\b.*"
    r"\b(?:billions?|millions?|thousands|hundreds|petabytes?) ",
    r"^(?:your|an?) (?:\w+ ){0,3}assistant\b.*\bhow (?:do|would) you (?:reduce|defend|secure)",
)
_CONCEPT_FIRST = re.compile(
    r"^(?:what|why|explain|define|compare|contrast|name|list|state|how (?:do|does|did|is|are) (?!you\b))", re.I
)
_STAR = re.compile(r"^\W*(?:situation|task|action|result)\W*[:\n]", re.I | re.M)


def kind_of(text: str, section: str = "", answer: str = "", code_blocks: int = 0) -> Kind:
    """The kind a person would give this question. section, answer and code_blocks help, and may be missing."""
    for pattern, kind in _SECTIONS:
        if section and re.search(pattern, section, re.I):
            return kind
    if _STORY.search(text) or len({found.lower() for found in _STAR.findall(answer)}) >= 3:
        return "behavioral"
    if _DESIGN.search(text) and not _is_compared(text):
        return "system_design"
    if _CODE_TASK.search(text):
        return "coding"
    return "concept"


def _is_compared(text: str) -> bool:
    """True for questions that explain or compare things and only mention a design on the way."""
    return bool(_CONCEPT_FIRST.match(text)) and not re.search(r"\b(?:approach|strategy|strategies)\b", text, re.I)
