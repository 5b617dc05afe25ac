"""How wide the fields of a body are (section 7, Widths)."""

from dataclasses import dataclass


def bits_of(highest):
    """The least width that holds 0..highest, at least 1."""
    return max(1, highest.bit_length())


@dataclass(frozen=True)
class Layout:
    """What both sides know of a match."""

    tick_rate: int
    slot_count: int
    team_max: int
    x_max: int
    y_max: int

    @classmethod
    def of_request(cls, layout):
        """The `layout` of a request."""
        return cls(
            tick_rate=layout["tick_rate"],
            slot_count=layout["slot_count"],
            team_max=layout["team_max"],
            x_max=(layout["width_um"] + 5000) // 10_000,
            y_max=(layout["height_um"] + 5000) // 10_000,
        )

    @property
    def slot_bits(self):
        """The width of a slot."""
        return bits_of(self.slot_count - 1)

    @property
    def team_bits(self):
        """The width of a team."""
        return bits_of(self.team_max)

    @property
    def x_bits(self):
        """The width of an x in cm."""
        return bits_of(self.x_max)

    @property
    def y_bits(self):
        """The width of a y in cm."""
        return bits_of(self.y_max)


class DeltaWidths:
    """What depends on how many ticks a delta spans."""

    def __init__(self, rate, ticks):
        move = ((8_000_000 // rate) * ticks) // 10_000 + 2
        widest = bits_of(move) + 1
        self.ticks = ticks
        self.move_bits = [max(2, widest - 4), max(2, widest - 2), max(2, widest)]
        self.hull = ((16_384 // rate) * ticks) // 16
        self.turret = ((32_768 // rate) * ticks) // 16
        self.tick_bits = bits_of(ticks - 1)


def turn_bits(full):
    """The width of the shorter code of a turn whose full rate is `full`."""
    return min(12, bits_of(full) + 1)


def holds_signed(width, value):
    """Whether a field of two's complement holds the value."""
    return -(1 << (width - 1)) <= value < 1 << (width - 1)
