"""What was found, for programs."""

from collections.abc import Sequence

from hpo.doctor.examination import worst
from hpo.doctor.finding import Finding

SCHEMA = 1  # of this mapping


def findings_json(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings as plain JSON values."""
    return {
        "schema": SCHEMA,
        "worst": str(worst(findings)),
        "findings": [
            {
                "level": str(finding.level),
                "check": finding.check,
                "what": finding.what,
                "remedy": finding.remedy,
                "values": dict(finding.values),
            }
            for finding in findings
        ],
    }
