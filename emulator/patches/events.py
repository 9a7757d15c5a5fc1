"""Stack events a millisecond apart.

MiniStack makes many in one millisecond. The CDK CLI sorts them by their time, so it would print a deploy in
no order at all.
"""

import time
from datetime import UTC, datetime

from ministack.services.cloudformation import stacks

from emulator.patches import replace

_last = 0


def now() -> str:
    """Return the time now, or a millisecond after the last one that was returned."""
    global _last  # noqa: PLW0603 - a clock
    _last = max(time.time_ns() // 1_000_000, _last + 1)
    return datetime.fromtimestamp(_last / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


replace(stacks, "now_iso", now)
