"""The word families by which titles tell what they are about. Pure.

They are families of words and their forms, not the phrases of any log; the first that is found decides, so that what narrows another
down stands before it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from audits.claims.wording import one_of


class Topic(StrEnum):
    """What a section is about."""

    ISSUES = "issues"
    CHOICE = "choice"
    WHYS = "whys"
    CAUSE = "cause"
    PLAN = "plan"
    GITHUB = "github"
    IMPLEMENTATION = "implementation"
    REVIEW = "review"
    MENDING = "mending"
    RUN = "run"
    SYSTEM_ISSUES = "system_issues"
    FIX_PLAN = "fix_plan"
    FIX = "fix"
    VERIFICATION = "verification"
    COMMIT = "commit"
    STATUS = "status"
    GOALS = "goals"
    AHEAD = "ahead"
    BACKGROUND = "background"


_TESTS: Final = r"(?:tests?|suites?|specs?|test[\s-]?(?:cases?|suites?|files?))"
_FIXING: Final = r"(?:(?:hot|bug)?[\s-]?fix(?:es|ed|ing)?|solutions?|remediations?|patch(?:es|ed)?|remedy|repairs?|mitigations?)"

WHYS: Final = one_of(
    r"(?:five|5)[\s-]*whys?",
    r"whys",
    r"why[\s-]+(?:analysis|chain)",
    r"why\s*#?\d",
    r"\Awhy\s.*\?",
    r"\A(?:the\s+)?whys?(?:\W+whys?)*\Z",
    r"\Awhy\W+(?:five|5)\b.*",
)
FAMILIES: Final = (
    (
        Topic.GOALS,
        one_of(
            r"success\s+(?:criteria|metrics)",
            r"(?:pass|fail|acceptance|exit|completion|done)(?:\s?/\s?\w+)?\s+criteria",
            r"definition\s+of\s+done",
            r"goals?",
            r"objectives?",
            r"(?:expected|desired|target)\s+(?:test\s+|failure\s+|final\s+)?(?:outcomes?|behaviou?rs?|modes?|patterns?"
            r"|results?|states?)",
        ),
    ),
    (
        Topic.SYSTEM_ISSUES,
        one_of(
            r"system\s+issues?",
            r"(?:issues?|faults?|bugs?|problems?)\s+(?:\w+\s+)?(?:on|along)\s+the\s+way",
            r"(?:issues?|faults?|bugs?|problems?)\s+(?:discovered|found|surfaced|uncovered|exposed|revealed)\s+(?:during|while"
            r"|by|in)\s+.*",
            r"(?:side|collateral|secondary|incidental)\s+(?:findings?|issues?|faults?|bugs?)",
            r"child\s+issues?",
            r"(?:other|additional|further|new)\s+(?:system\s+)?(?:issues?|faults?|bugs?|problems?)\s+(?:discovered|found"
            r"|identified|uncovered)",
        ),
    ),
    (
        Topic.AHEAD,
        one_of(
            r"next\s+(?:immediate\s+)?(?:steps?|actions?|phases?)",
            r"immediate\s+(?:next|actions?)",
            r"action\s+items?",
            r"to-?\s?dos?",
            r"(?:remaining|outstanding|open|residual)\s+(?:\w+\s+)?(?:work|tasks?|items?|steps?|risks?|questions?)",
            r"residual",
            r"follow[\s-]?ups?",
            r"future",
            r"recommendations?",
            r"risks?(?:\s+\w+)?",
            r"(?:implementation|deployment|rollout|migration|execution)\s+(?:priority|priorities|roadmap|timeline|plan|schedule)",
            r"what(?:'s|\s+is)\s+(?:next|left)",
            r"ready\s+(?:for|to)\s+.*",
        ),
    ),
    (
        Topic.BACKGROUND,
        one_of(
            r"lessons?(?:\s+learned)?",
            r"retrospective",
            r"post[\s-]?mortem\s+notes",
            r"business\s+(?:impact|value|justification\s+documentation)(?:\s+.*)?",
            r"\Aenvironment(?:\s+(?:context|details|info\w*))?",
            r"glossary",
            r"background",
            r"appendix",
            r"references",
            r"key\s+takeaways",
            r"\Aprevention",
        ),
    ),
    (
        Topic.CAUSE,
        one_of(r"(?:root|underlying|actual|true)[\s-]+causes?(?!\s+fix)", r"causes?\s+(?:identified|summary|analysis|confirmed|found)"),
    ),
    (
        Topic.GITHUB,
        one_of(
            r"git\s?hub", r"gh\s+issue", r"issue\s+track(?:er|ing)", r"issue\s+(?:created|creation|integration|filed|link)", r"tickets?"
        ),
    ),
    (
        Topic.CHOICE,
        one_of(
            r"choice",
            r"chosen",
            r"selected",
            r"selection",
            r"issue\s+to\s+(?:action|fix|address|tackle|work\s+on|resolve)",
            r"pick(?:ed)?",
            r"decision",
            r"why\s+this\s+(?:issue|one|error|bug)",
            r"prioriti[sz]ed\s+issue",
        ),
    ),
    (
        Topic.ISSUES,
        one_of(
            r"logs?\s+(?:analysis|review|audit|triage|reading|findings?|check)(?:\s+.*)?",
            r"(?:analy[sz]e|read(?:ing)?|check(?:ing)?|review(?:ing)?)\s+(?:the\s+)?logs?",
        ),
    ),
    (
        Topic.MENDING,
        one_of(
            r"(?:compliance|audit|review|findings?|quality|reviewer)\s+(?:issues?\s+|findings?\s+)?(?:fix(?:es|ed)?"
            r"|remediation|corrections?|rework|responses?)",
            r"fix(?:es|ed|ing)?\s+(?:\w+\s+){0,3}(?:compliance|audit|review|findings?|violations?)(?:\s+\w+)?",
            rf"{_TESTS}\s+(?:code\s+)?(?:fixes|corrections?|rework|repairs|improvements?)",
            r"address(?:ed|ing)?\s+(?:\w+\s+){0,2}(?:feedback|findings?|comments?|violations?)",
            r"(?:findings?|violations?)\s+(?:addressed|closed|mended|resolved|fixed)",
        ),
    ),
    (
        Topic.VERIFICATION,
        one_of(rf"\A(?:final\s+)?(?:verif|validat|confirm|check|prov|test)\w*\s+(?:that\s+|of\s+)?(?:the\s+)?{_FIXING}(?:\s+.*)?"),
    ),
    (
        Topic.FIX_PLAN,
        one_of(
            rf"(?:recommended|proposed|suggested|planned|potential|possible|candidate|required"
            rf"|immediate)\s+(?:\w+\s+)?{_FIXING}(?:\s+\w+)?",
            rf"{_FIXING}\s+(?:plans?|strateg(?:y|ies)|options?|approach(?:es)?|proposals?|design|locations?|needed|required"
            rf"|paths?|candidates?|ideas?)",
            r"(?:missing|new|proposed|suggested|corrected)\s+(?:\w+\s+)?(?:patterns?|regex(?:es)?|reg\w*\s+expressions?)(?:\s+.*)?",
            r"(?:patterns?|code|changes?|regex(?:es)?)\s+(?:to\s+add|needed|required)",
            r"how\s+to\s+fix",
            rf"technical\s+{_FIXING}\s+path",
        ),
    ),
    (
        Topic.IMPLEMENTATION,
        one_of(
            rf"(?:{_TESTS})\s+(?:(?:are|were|is)\s+(?:now\s+)?)?(?:plan\s+|code\s+)?(?:executive\s+)?(?:implement\w*|creat\w+|writing|written|authoring|build"
            rf"|built|added)(?:\s+.*)?",
            rf"(?:implement\w*|creat(?:e|ed|ing)|writ(?:e|ing|ten)|wrote|add(?:ed|ing)?"
            rf"|authored)\s+(?:\w+\s+){{0,3}}{_TESTS}(?:\s+.*)?",
            rf"{_TESTS}\s+plan\s+execut\w+",
            rf"execut\w+\s+(?:of\s+)?(?:the\s+)?(?:{_TESTS}\s+)?plan",
            r"(?:new\s+)?files?\s+(?:successfully\s+)?(?:created|added|written)",
            r"(?:created|added|new)\s+(?:test\s+)?files",
            r"implementation\s+(?:results?|summary|details|highlights|phase|report)",
        ),
    ),
    (
        Topic.PLAN,
        one_of(
            rf"{_TESTS}\b.{{0,60}}\b(?:plans?|planning|planned|strateg(?:y|ies)|designs?|approach|pyramid|matrix|to\s+(?:write"
            rf"|add|create|implement))",
            rf"(?:plan(?:ned)?|planning|proposed|design(?:ed)?|required|testing)\s+(?:of\s+"
            rf"|the\s+)?(?:\w+\s+){{0,2}}(?:{_TESTS}|testing|strategy|plan)",
            rf"{_TESTS}\s+execution\s+(?:strategy|plan|commands?|instructions?|integration)",
            r"test(?:ing)?[\s-]?(?:plan|strategy)",
        ),
    ),
    (
        Topic.REVIEW,
        one_of(
            rf"(?:{_TESTS}|qa|quality|code|peer|compliance)\s+(?:\w+\s+)?(?:audit|review|assessment)",
            r"(?:audit|review|assessment)\s+(?:of|phase|and|results?|status|summary|report|verdict|findings?|score)(?:\s+.*)?",
            r"quality\s+(?:checks?|gates?|scores?)",
            r"fake[\s-]tests?(?:\s+.*)?",
            r"(?:second|third|final|re)[\s-]?review",
            r"review(?:ed|er|ers)?",
            r"audit(?!\s+(?:loop|cycle|log|trail|process|session|pass|diary|journal))",
            r"compliance(?:\s+.*)?",
        ),
    ),
    (
        Topic.FIX,
        one_of(
            rf"{_FIXING}\s+(?:implement\w*|appl(?:ied|y|ication)|phase|made|deployed|details?|status|summary|complete\w*|system"
            rf"|delivered|commit)(?:\s+.*)?",
            rf"(?:implement\w*|appl(?:ied|y|ying)|technical|system|the|primary|bug|code|actual"
            rf"|final)\s+(?:the\s+)?{_FIXING}(?:\s+.*)?",
            r"\A(?:the\s+)?(?:system\s+)?fix(?:es|ed|ing)?\b.*",
            r"(?:code\s+|files?\s+)?changes?\s+(?:made|applied|to\s+the\s+code)",
            r"code\s+changes?",
            r"\A(?:the\s+)?changes?\Z",
            r"files?\s+(?:changed|modified|touched)",
            r"what\s+(?:was\s+)?changed",
        ),
    ),
    (
        Topic.VERIFICATION,
        one_of(
            r"stability",
            r"verif(?:y|ying|ied|ication)(?:\s+.*)?",
            rf"{_FIXING}\s+(?:validat\w+|verif\w+|confirm\w+)",
            r"\Avalidat\w+.*",
            r"valid(?:ation|ated?|ating)\s+(?:results?|evidence|runs?|summary|of\s+(?:the\s+)?fix)",
            r"regression\s+(?:checks?|runs?|suites?|results?|tests?|testing)(?:\s+.*)?",
            r"pro(?:of|ve|ven|ving)\s+.*",
            r"proof",
            r"green\s+(?:run|phase|state)",
            r"\A(?:green|go\s+green)\Z",
            r"re-?(?:run|test|check)s?(?:\s+.*)?",
            r"final\s+(?:test\s+)?(?:results?|runs?|execution|check)",
            r"confirm(?:ed|ing)?\s+(?:the\s+)?fix",
            r"soak(?:\s+.*)?",
        ),
    ),
    (
        Topic.RUN,
        one_of(
            rf"{_TESTS}\b.{{0,40}}\b(?:runs?|execution|results?|evidence|outputs?|outcomes?|executed|timing)",
            rf"(?:run(?:ning)?|execut(?:e|ing))\s+(?:the\s+|all\s+|\w+\s+)?{_TESTS}(?:\s+.*)?",
            r"(?:red|baseline|initial|first|reproduction)\s+(?:test\s+)?(?:runs?|phase|results?|state|execution)",
            r"execution\s+(?:results?|summary|evidence|log)",
            r"(?:bug|issue|fault|error|defect)\s+(?:confirm\w*|reproduc\w*)(?:\s+.*)?",
            r"(?:confirm\w*|reproduc\w*)\s+(?:of\s+)?(?:the\s+)?(?:bug|issue|fault|error|defect)",
            r"reproduction",
            r"(?:failing|passing|failed|passed)\s+tests?",
            r"\A(?:red|go\s+red|seen\s+red)\Z",
            r"results?",
            r"\Aruns?",
            r"runs?\s+#?\d+(?:\s+.*)?",
        ),
    ),
    (
        Topic.FIX,
        one_of(rf"{_FIXING}", r"resolution(?:\s+.*)?", r"resolved", r"\Aimplementation(?:\s+(?:complete\w*|status|done))?"),
    ),
    (
        Topic.COMMIT,
        one_of(r"commit(?:s|ted|ting)?", r"pull\s+request", r"git", r"pr", r"documentation", r"merge[d]?", r"delivery", r"release"),
    ),
    (
        Topic.STATUS,
        one_of(
            r"status(?:\s+.*)?",
            r"progress",
            r"check\s?list",
            r"timeline",
            r"executive\s+summary",
            r"summary",
            r"completion",
            r"conclusion",
            r"outcome",
            r"sign[\s-]?off",
        ),
    ),
    (
        Topic.ISSUES,
        one_of(
            r"(?:critical\s+)?(?:issues?|errors?|warnings?|notices?|infos?|criticals?|alerts?|faults?|incidents?|problems?"
            r"|bugs?|symptoms?)(?:\s+.*)?",
            r"(?:raw\s+|gcp\s+|staging\s+|production\s+)*logs?\s+(?:analysis|review|findings?|evidence|triage|entries)",
            r"log\s+.*",
            r"evidence",
            r"triage",
            r"what\s+(?:happened|(?:we|was|were)\s+(?:saw|seen|found|observed)|went\s+wrong|(?:is|was)\s+broken|broke)(?:\s+.*)?",
        ),
    ),
)
