"""What a snapshot holds (section 7), and its hash (section 8)."""

from dataclasses import dataclass, field

OUTCOMES = ("none", "score", "time")
MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Tank:
    """A tank in its slot; lengths in cm, angles in 4096ths of a turn."""

    slot: int
    tank_id: str
    player_id: str
    x: int
    y: int
    heading: int
    turret: int
    hp: int
    team: int
    score: int
    flags: int

    def as_json(self):
        """The tank as the vectors show it."""
        return {
            "slot": self.slot,
            "tank_id": self.tank_id,
            "player_id": self.player_id,
            "x_cm": self.x,
            "y_cm": self.y,
            "heading": self.heading,
            "turret": self.turret,
            "hp": self.hp,
            "team": self.team,
            "score": self.score,
            "alive": self.flags & 1 != 0,
            "protected": self.flags & 2 != 0,
        }


@dataclass(frozen=True)
class Shell:
    """A shell in flight, by where and when it was fired."""

    tick: int
    slot: int
    x: int
    y: int
    heading: int

    def name(self):
        """What no other shell of the match has; shells are in the order of it."""
        return (self.tick, self.slot)

    def as_json(self):
        """The shell as the vectors show it."""
        return {
            "tick": self.tick,
            "slot": self.slot,
            "x_cm": self.x,
            "y_cm": self.y,
            "heading": self.heading,
        }


@dataclass
class Frame:
    """A whole snapshot: tanks by slot, scores by team, shells in order."""

    tick: int
    outcome: int = 0
    winner: int = 0
    tanks: dict = field(default_factory=dict)
    scores: dict = field(default_factory=dict)
    shells: list = field(default_factory=list)

    def tanks_in_order(self):
        """The tanks, by slot."""
        return [self.tanks[slot] for slot in sorted(self.tanks)]

    def team_scores(self, team_max):
        """The score of each team from 1 on."""
        return [self.scores.get(team, 0) for team in range(1, team_max + 1)]

    def as_json(self, team_max):
        """The frame as the vectors show it."""
        return {
            "tick": self.tick,
            "outcome": OUTCOMES[self.outcome],
            "winner": self.winner,
            "tanks": [tank.as_json() for tank in self.tanks_in_order()],
            "team_scores": self.team_scores(team_max),
            "shells": [shell.as_json() for shell in self.shells],
        }


def _text_words(text):
    data = text.encode("utf-8")
    return [len(data), *data]


def _words(frame, team_max):
    """All numbers that the hash is made of."""
    yield from (frame.tick, frame.outcome, frame.winner)
    yield from frame.team_scores(team_max)
    for tank in frame.tanks_in_order():
        yield tank.slot
        yield from _text_words(tank.tank_id)
        yield from _text_words(tank.player_id)
        yield from (tank.x, tank.y, tank.heading, tank.turret)
        yield from (tank.hp, tank.team, tank.score, tank.flags)
    for shell in frame.shells:
        yield from (shell.tick, shell.slot, shell.x, shell.y, shell.heading)


def hash_of(frame, team_max):
    """The hash of a frame, 16 hex digits."""
    first, second = 0x811C9DC5, 0x9747B28C
    for word in _words(frame, team_max):
        first = ((first ^ word) * 0x01000193) & MASK
        first ^= first >> 15
        second = ((second ^ word) * 0x85EBCA6B) & MASK
        second ^= second >> 13
    return f"{first:08x}{second:08x}"
