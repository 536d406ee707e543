"""What the doctor says: one finding a thing looked at, and whether a profile can run. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "note", "missing"]


@dataclass(frozen=True)
class Finding:
    """part: of the profile, or of the machine. what: as it is. fix: what to do; "" where nothing is to be done."""

    part: str
    state: State
    what: str
    fix: str = ""


def can_run(findings: Sequence[Finding]) -> bool:
    return all(finding.state != "missing" for finding in findings)


def as_json(profile: str, findings: Sequence[Finding]) -> str:
    found = {"profile": profile, "can_run": can_run(findings), "findings": [asdict(one) for one in findings]}
    return json.dumps(found, ensure_ascii=False, indent=1)
