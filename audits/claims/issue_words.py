"""The words by which logs tell of an issue: its particulars, its severity, and titles that name none. Pure."""

from __future__ import annotations

import re
from typing import Final

from audits.claims.records import Fields
from audits.claims.wording import one_of

FIELDS: Final = Fields(
    {
        "title": r"(?:(?:primary|main|selected|chosen|critical|root)\s+)+error|(?:(?:primary|main|selected|chosen|critical"
        r"|root)\s+)*(?:issue|bug|problem|fault)(?:\s+(?:title|name|selected|chosen|summary))?|title|name|choice|selected"
        r"|chosen|decision|what",
        "message": r"error|(?:error\s+|log\s+|raw\s+|exact\s+)?(?:message|msg|text|signature)|exception|error\s+(?:pattern|signature)|log",
        "location": r"(?:source\s+|code\s+|error\s+|log\s+)?location|where|source|origin|code\s+path|endpoint|path",
        "file": r"(?:source\s+)?file(?:\s+path)?",
        "module": r"module|logger|package|class",
        "function": r"function|func|method|handler",
        "line": r"(?:log\s+)?line(?:\s+(?:number|no))?",
        "timestamp": r"time\s?stamp|time|first\s+(?:seen|occurrence|observed)|occurred(?:\s+at)?|when|seen(?:\s+at)?|logged(?:\s+at)?"
        r"|date\s?/?\s?time|detected(?:\s+at)?",
        "impact": r"(?:business\s+|user\s+|customer\s+)?impact(?:\s+(?:analysis|assessment|on\s+.*))?|affects|consequences?"
        r"|blast\s+radius",
        "symptoms": r"symptoms?|observed(?:\s+behaviou?r)?|manifestation|behaviou?r",
        "context": r"context|circumstances|details?|description|background",
        "severity": r"(?:log\s+)?severity(?:\s+level)?|(?:log\s+)?level|type",
    }
)
SEVERITIES: Final = {
    "EMERGENCY": "EMERGENCY",
    "EMERG": "EMERGENCY",
    "ALERT": "ALERT",
    "CRITICAL": "CRITICAL",
    "FATAL": "CRITICAL",
    "CRIT": "CRITICAL",
    "ERROR": "ERROR",
    "ERR": "ERROR",
    "WARNING": "WARNING",
    "WARN": "WARNING",
    "NOTICE": "NOTICE",
    "INFO": "INFO",
    "DEBUG": "DEBUG",
    "DEFAULT": "DEFAULT",
}
SEVERITY: Final = re.compile(rf"\b({'|'.join(SEVERITIES)})S?\b", re.IGNORECASE)
SEVERITY_CALLED: Final = re.compile(rf"(?:severity|level)\s*[:=]?\s*({'|'.join(SEVERITIES)})\b", re.IGNORECASE)
SEVERITY_BESIDE: Final = re.compile(
    rf"[\[(]\s*({'|'.join(SEVERITIES)})(?:\s*[,;][^()\[\]]{{0,80}})?[\])]"
    rf"|\A({'|'.join(SEVERITIES)})\b(?!\s+(?:ISSUES?|BUGS?|FINDINGS?|PROBLEMS?)\b)(?:\s*[:\-–—]|(?=\s))"
)
LEADING_SEVERITY: Final = re.compile(rf"\A[\[(]?(?:{'|'.join(SEVERITIES)})[\])]?[\s:–—-]+(?=\S)")
SEVERITY_IN_LOG: Final = re.compile(rf"\b({'|'.join(SEVERITIES)}|PANIC)\b")
_ABOUT_LOGS: Final = (
    r"(?:\s+(?:from|in|of|on|the|logs?|gcp|staging|prod(?:uction)?|found|identified|to|for|action|act|fix|summary|list"
    r"|are|we|and|&|errors?|issues?|warnings?|saw|seen)){0,8}"
)
GENERIC: Final = one_of(
    r"(?:chosen\s+|selected\s+|primary\s+|critical\s+|identified\s+|the\s+|all\s+|main\s+)*(?:issues?|errors?"
    r"|problems?|incidents?|bugs?|faults?|logs?)\s*(?:details?|identification|description|analysis|summary|overview"
    rf"|evidence|context|selection|selected|chosen|report|statement|found|identified|information|findings|triage"
    rf"|pattern|metadata)?{_ABOUT_LOGS}",
    rf"(?:raw\s+|key\s+)?(?:log|error)\s+(?:lines?|excerpts?|evidence|output|entries|messages?|details?"
    rf"|context){_ABOUT_LOGS}",
    r"(?:key\s+)?(?:details?|evidence|symptoms?|summary|metadata|overview|decision|critical|what\s+happened)(?:\s+from.*)?",
    rf"(?:my\s+|our\s+)?choice{_ABOUT_LOGS}",
    r"triage(?:\s+\w+)?",
    r"warnings?",
    r"notices?(?:\s*/\s*infos?)?",
    r"infos?",
    r"(?:business\s+|user\s+)?impact(?:\s+\w+)?",
    r"(?:which|what)\s+\w+",
    r"focus(?:\s+area)?",
    r"(?:find|identify|choose|pick|select)\s+.*",
)
REASONS: Final = one_of(r"because", r"reasons?", r"rationale", r"justification", r"why", r"since", r"selection\s+criteria", r"criteria")
