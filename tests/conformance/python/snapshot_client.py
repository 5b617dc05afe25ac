"""What a series of SNAPSHOT datagrams leads to at a client (section 7)."""

from frame import hash_of
from messages import decode_datagram
from refusal import Refusal, require
from snapshot_body import BodyReader
from widths import Layout

FRAMES_KEPT = 32
BODY_BYTES_MAX = 40_960


class SnapshotClient:
    """Puts snapshots together and keeps the newest as baselines."""

    def __init__(self, layout):
        self._layout = layout
        self._frames = {}
        self._newest = 0
        self._parts_of = None
        self._parts = {}

    def take(self, datagram):
        """The result of one datagram."""
        try:
            return self._take(datagram)
        except Refusal as refusal:
            return {"kind": "refused", "reason": refusal.reason}

    def _take(self, datagram):
        name, _, message = decode_datagram("server", datagram)
        require(name == "snapshot", "unknown_type")
        body = bytes.fromhex(message["body"])
        prefix = {field: value for field, value in message.items() if field != "body"}
        if prefix["tick"] <= self._newest:
            return {"kind": "stale"}
        if prefix["part_count"] > 1:
            if self._parts_of is not None and prefix["tick"] < self._parts_of[0]:
                return {"kind": "stale"}
            body = self._take_part(prefix, body)
            if body is None:
                return {"kind": "part"}
        return self._take_body(prefix, body)

    def _take_part(self, prefix, part):
        """The whole body, once all its parts are there."""
        series = (prefix["tick"], prefix["baseline_ticks"], prefix["part_count"])
        if self._parts_of != series:
            self._parts_of, self._parts = series, {}
        self._parts[prefix["part_index"]] = part
        if len(self._parts) < prefix["part_count"]:
            return None
        body = b"".join(self._parts[index] for index in range(prefix["part_count"]))
        self._parts_of, self._parts = None, {}
        require(len(body) <= BODY_BYTES_MAX, "too_long")
        return body

    def _take_body(self, prefix, body):
        baseline = None
        if prefix["baseline_ticks"] > 0:
            baseline = self._frames.get(prefix["tick"] - prefix["baseline_ticks"])
            require(baseline is not None, "unknown_baseline")
        frame, events = BodyReader(body, prefix["tick"], self._layout, baseline).read()
        self._keep(frame)
        return {
            "kind": "frame",
            "prefix": prefix,
            "hash": hash_of(frame, self._layout.team_max),
            "frame": frame.as_json(self._layout.team_max),
            "events": events,
        }

    def _keep(self, frame):
        self._newest = frame.tick
        self._frames[frame.tick] = frame
        for tick in sorted(self._frames)[:-FRAMES_KEPT]:
            del self._frames[tick]


def answer_snapshots(request):
    """What the request `snapshots` asks."""
    client = SnapshotClient(Layout.of_request(request["layout"]))
    return {"results": [client.take(bytes.fromhex(digits)) for digits in request["datagrams"]]}
