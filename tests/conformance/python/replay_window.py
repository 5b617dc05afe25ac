"""What a receiver accepts, and what it acknowledges (sections 1 and 2)."""

WINDOW = 256
ACK_BITS = 32


class ReplayWindow:
    """The full sequences that one side of a connection has accepted."""

    def __init__(self):
        self._newest = 0
        self._accepted = set()

    def full_of(self, sequence):
        """The full sequence nearest to the newest one whose low 16 bits these are."""
        ahead = (sequence - self._newest) % 65536
        return self._newest + (ahead if ahead < 32768 else ahead - 65536)

    def accept(self, full):
        """Notes a full sequence (its tag is good); False where it must be dropped."""
        if full < 1 or full <= self._newest - WINDOW or full in self._accepted:
            return False
        self._accepted.add(full)
        self._newest = max(self._newest, full)
        self._accepted = {seen for seen in self._accepted if seen > self._newest - WINDOW}
        return True

    def ack(self):
        """The fields `ack` and `ack bits` of the next header."""
        bits = sum(1 << n for n in range(ACK_BITS) if self._newest - 1 - n in self._accepted)
        return self._newest & 0xFFFF, bits


def answer_window(request):
    """What the request `window` asks."""
    window = ReplayWindow()
    steps = []
    for sequence in request["sequences"]:
        full = window.full_of(sequence)
        accepted = window.accept(full)
        steps.append({"accepted": accepted, "epoch": full >> 16 if accepted else None})
    ack, ack_bits = window.ack()
    return {"steps": steps, "ack": ack, "ack_bits": ack_bits}
