"""Why a datagram, a body or an arena is refused."""


class Refusal(Exception):
    """Malformed bytes; `reason` is one of the names of section 12."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def require(holds, reason):
    """Refuses with `reason` what does not hold."""
    if not holds:
        raise Refusal(reason)


def require_range(value, lowest, highest):
    """The value, where it is within its bounds (both included)."""
    require(lowest <= value <= highest, "out_of_range")
    return value
