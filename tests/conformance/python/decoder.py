"""The binary protocol once more, written from its specification alone: game/wire/README.md.

Answers requests on standard input, one JSON object a line, with lines on standard output (section 13 of
the specification):

    deno run --allow-read=tests/conformance --allow-run tests/conformance/run.ts -- \\
        python3 tests/conformance/python/decoder.py
"""

import json
import sys

sys.dont_write_bytecode = True

from arena import read_arena  # noqa: E402
from client_messages import answer_encode  # noqa: E402
from messages import decode_datagram  # noqa: E402
from refusal import Refusal  # noqa: E402
from replay_window import answer_window  # noqa: E402
from session_keys import answer_keys  # noqa: E402
from siphash import has_good_tag, tag_of  # noqa: E402
from snapshot_client import answer_snapshots  # noqa: E402


def answer_decode(request):
    """What the request `decode` asks."""
    try:
        name, header, message = decode_datagram(request["sender"], bytes.fromhex(request["datagram"]))
    except Refusal as refusal:
        return {"ok": False, "reason": refusal.reason}
    message.pop("body", None)
    within = {} if header is None else {"header": header}
    return {"ok": True, "type": name, **within, "message": message}


def answer_arena(request):
    """What the request `arena` asks."""
    try:
        return {"ok": True, "arena": read_arena(bytes.fromhex(request["bytes"]))}
    except Refusal as refusal:
        return {"ok": False, "reason": refusal.reason}


def answer_tag(request):
    """What the request `tag` asks."""
    key, data = bytes.fromhex(request["key"]), bytes.fromhex(request["bytes"])
    return {"tag": tag_of(key, request["epoch"], data).hex()}


def answer_verify(request):
    """What the request `verify` asks."""
    key, datagram = bytes.fromhex(request["key"]), bytes.fromhex(request["datagram"])
    return {"good": has_good_tag(key, request["epoch"], datagram)}


ANSWERS = {
    "decode": answer_decode,
    "encode": answer_encode,
    "arena": answer_arena,
    "tag": answer_tag,
    "verify": answer_verify,
    "keys": answer_keys,
    "window": answer_window,
    "snapshots": answer_snapshots,
}


def main():
    """Answers line by line until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        response = ANSWERS[request["op"]](request)
        print(json.dumps({"id": request["id"], "response": response}))


if __name__ == "__main__":
    main()
