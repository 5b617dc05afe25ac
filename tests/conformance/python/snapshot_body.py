"""Reads a snapshot's body, full or against a baseline (section 7, The body)."""

from bit_reader import BitReader
from frame import Frame, Shell, Tank
from refusal import require, require_range
from tank_changes import read_changed_tank
from widths import DeltaWidths

SHELL_AGE_MAX = 120
SHELL_AGE_BITS = 7
EVENTS_MAX = 64
OUTCOME_MAX = 2
EVENT_KINDS = ("shot", "damaged", "destroyed", "respawned")


class BodyReader:
    """Reads one body. `baseline` is a frame, or None for a full body."""

    def __init__(self, data, tick, layout, baseline):
        self._reader = BitReader(data)
        self._layout = layout
        self._baseline = baseline
        self._is_delta = baseline is not None
        self._before = baseline if self._is_delta else Frame(tick=0)
        self._widths = DeltaWidths(layout.tick_rate, tick - baseline.tick) if self._is_delta else None
        self._frame = Frame(tick=tick)

    def read(self):
        """The frame and its events. Raises Refusal."""
        self._read_known_tanks()
        self._read_new_tanks()
        self._read_scores()
        self._read_outcome()
        self._read_known_shells()
        self._read_new_shells()
        events = self._read_events() if self._is_delta else []
        self._reader.align()
        self._reader.end()
        return self._frame, events

    def _read_known_tanks(self):
        for tank in self._before.tanks_in_order():
            now = tank
            if self._reader.flag():
                now = read_changed_tank(self._reader, tank, self._layout, self._widths)
            if now is not None:
                self._frame.tanks[tank.slot] = now

    def _read_new_tanks(self):
        last = -1
        while self._reader.flag():
            slot = self._read_slot()
            require(slot > last, "not_canonical")
            require(slot not in self._frame.tanks, "out_of_range")
            last = slot
            self._frame.tanks[slot] = self._read_new_tank(slot)

    def _read_new_tank(self, slot):
        reader, layout = self._reader, self._layout
        tank_id = reader.text(64, bytes_min=1)
        old = self._before.tanks.get(slot)
        require(old is None or old.tank_id != tank_id, "not_canonical")
        return Tank(
            slot=slot,
            tank_id=tank_id,
            player_id=reader.text(256),
            x=require_range(reader.bits(layout.x_bits), 0, layout.x_max),
            y=require_range(reader.bits(layout.y_bits), 0, layout.y_max),
            heading=reader.bits(12),
            turret=reader.bits(12),
            hp=require_range(reader.bits(7), 0, 100),
            team=require_range(reader.bits(layout.team_bits), 1, layout.team_max),
            score=reader.bits(16),
            flags=reader.bits(2),
        )

    def _read_scores(self):
        self._frame.scores = dict(self._before.scores)
        last = 0
        while self._reader.flag():
            team = require_range(self._reader.bits(self._layout.team_bits), 1, self._layout.team_max)
            require(team > last, "not_canonical")
            last = team
            score = self._reader.bits(16)
            require(score != self._before.scores.get(team, 0), "not_canonical")
            self._frame.scores[team] = score

    def _read_outcome(self):
        before = (self._before.outcome, self._before.winner)
        now = before
        if self._reader.flag():
            outcome = require_range(self._reader.bits(2), 0, OUTCOME_MAX)
            winner_max = self._layout.team_max if outcome > 0 else 0
            winner = require_range(self._reader.bits(self._layout.team_bits), 0, winner_max)
            now = (outcome, winner)
            require(now != before, "not_canonical")
        self._frame.outcome, self._frame.winner = now

    def _read_known_shells(self):
        self._frame.shells = [shell for shell in self._before.shells if not self._reader.flag()]

    def _read_new_shells(self):
        known = {shell.name() for shell in self._before.shells}
        last = (0, 0)
        while self._reader.flag():
            shell = self._read_shell()
            require(shell.name() > last and shell.name() not in known, "not_canonical")
            last = shell.name()
            self._frame.shells.append(shell)
        self._frame.shells.sort(key=Shell.name)

    def _read_shell(self):
        reader, layout = self._reader, self._layout
        tick = self._frame.tick - self._read_shell_age()
        return Shell(
            tick=tick,
            slot=self._read_slot(),
            x=require_range(reader.bits(layout.x_bits), 0, layout.x_max),
            y=require_range(reader.bits(layout.y_bits), 0, layout.y_max),
            heading=reader.bits(12),
        )

    def _read_shell_age(self):
        is_old = self._is_delta and self._reader.flag()
        is_wide = is_old or not self._is_delta
        age = self._reader.bits(SHELL_AGE_BITS if is_wide else self._widths.tick_bits)
        require_range(age, 0, min(SHELL_AGE_MAX, self._frame.tick - 1))
        if is_old:
            require(age >= self._widths.ticks, "not_canonical")
        elif self._is_delta:
            require_range(age, 0, self._widths.ticks - 1)
        return age

    def _read_events(self):
        events = []
        while self._reader.flag():
            require(len(events) < EVENTS_MAX, "out_of_range")
            event = self._read_event()
            require(not events or event["tick"] >= events[-1]["tick"], "not_canonical")
            events.append(event)
        return events

    def _read_event(self):
        kind = EVENT_KINDS[self._reader.bits(2)]
        age = require_range(self._reader.bits(self._widths.tick_bits), 0, self._widths.ticks - 1)
        event = {"kind": kind, "tick": self._frame.tick - age, "slot": self._read_slot()}
        if kind == "shot":
            names = {shell.name() for shell in self._frame.shells}
            require((event["tick"], event["slot"]) not in names, "not_canonical")
        if kind in ("damaged", "destroyed"):
            event["by"] = self._read_slot()
        if kind == "damaged":
            event["damage"] = require_range(self._reader.bits(7), 0, 100)
            event["hp"] = require_range(self._reader.bits(7), 0, 100)
        return event

    def _read_slot(self):
        return require_range(self._reader.bits(self._layout.slot_bits), 0, self._layout.slot_count - 1)
