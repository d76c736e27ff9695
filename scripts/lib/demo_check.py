#!/usr/bin/env python3
"""Compares what the demo's visitor saw with what Prometheus knows about every edge.

usage: demo_check.py --socket FILE --report FILE [--proxies N] [--timeout SECONDS]

Waits until Prometheus has scraped every proxy once more after the load has ended, then checks that

  * every edge of bookinfo was seen by both sides, and neither saw less than the other,
  * the planted answers are where they belong, exactly as many as were sent,
  * no other edge has a 5xx, and the visitor saw none,
  * every destination knew who called it.

Prints a line per expectation; status 1 when one failed.
"""
import argparse
import http.client
import json
import socket
import sys
import time
import urllib.parse

GATEWAY = "istio-ingressgateway"
EDGES = [
    (GATEWAY, "productpage-v1"),
    ("productpage-v1", "details-v1"),
    ("productpage-v1", "reviews-v1"),
    ("productpage-v1", "reviews-v2"),
    ("productpage-v1", "reviews-v3"),
    ("reviews-v2", "ratings-v1"),
    ("reviews-v3", "ratings-v1"),
]
REVIEWS_WITH_RATINGS = ("reviews-v2", "reviews-v3")
FAULTY = "ratings-faulty"
SIDES = ("source", "destination")


class Counts:
    """istio_requests_total, to be summed by any labels."""

    def __init__(self, samples):
        self.samples = [(sample["metric"], float(sample["value"][1])) for sample in samples]

    def sum(self, **labels):
        """Values to compare with may be texts, tuples of texts, or functions."""
        return int(sum(value for metric, value in self.samples if self.matches(metric, labels)))

    @staticmethod
    def matches(metric, labels):
        for name, want in labels.items():
            value = metric.get(name, "")
            if callable(want):
                if not want(value):
                    return False
            elif value not in ((want,) if isinstance(want, str) else want):
                return False
        return True

    def edge(self, side, source, destination, **labels):
        return self.sum(reporter=side, source_workload=source, destination_workload=destination, **labels)


def is_5xx(code):
    return code.startswith("5")


def check_edges(counts):
    """Yields (ok, sentence)."""
    for source, destination in EDGES:
        sent, received = (counts.edge(side, source, destination) for side in SIDES)
        name = f"{source} -> {destination}"
        if not sent or not received:
            missing = " and ".join(side for side, n in zip(SIDES, (sent, received)) if not n)
            yield False, f"{name}: not seen by the {missing} (source {sent}, destination {received})"
        else:
            yield sent == received, f"{name}: source counted {sent}, destination {received}"


def check_planted(counts, seen):
    planted = {kind: sum(statuses.values()) for kind, statuses in seen.items()}
    for kind, code, what in (("missing", "404", "/static/missing"), ("login", "302", "sign-in")):
        want = planted.get(kind, 0) + (planted.get("login-faulty", 0) if kind == "login" else 0)
        for side in SIDES:
            got = counts.edge(side, GATEWAY, "productpage-v1", response_code=code)
            yield want > 0 and got == want, (
                f"{code} for {what} on {GATEWAY} -> productpage-v1 by the {side}: {got} of {want}")
    want = planted.get("nope", 0)
    got = counts.edge("source", GATEWAY, "unknown", response_code="404", response_flags="NR")
    yield want > 0 and got == want, f"404 for /nope by the gateway alone, flag NR, destination unknown: {got} of {want}"
    stray = counts.sum(response_flags="NR") - got
    yield stray == 0, f"NR nowhere else: {stray}"
    want = planted.get("faulty", 0)
    for side in SIDES:
        got = counts.edge(side, REVIEWS_WITH_RATINGS, FAULTY, response_code="503")
        yield want > 0 and got == want, f"503 for the user faulty on reviews -> {FAULTY} by the {side}: {got} of {want}"


def check_no_other_5xx(counts):
    found = False
    edges = sorted({(m.get("reporter", ""), m.get("source_workload", ""), m.get("destination_workload", ""))
                    for m, _ in counts.samples})
    for side, source, destination in edges:
        if source in REVIEWS_WITH_RATINGS and destination == FAULTY:
            continue
        for label, what in ((is_5xx, "5xx"), ("0", "requests without an answer")):
            got = counts.edge(side, source, destination, response_code=label)
            if got:
                found = True
                yield False, f"{source} -> {destination}: {got} {what} by the {side}, expected none"
    if not found:
        yield True, "no 5xx on any other edge"


def check_visitor(seen):
    for kind, want in (("page", "200"), ("faulty", "200"), ("missing", "404"), ("nope", "404"), ("login", "302"),
                       ("login-faulty", "302")):
        statuses = seen.get(kind, {})
        others = {status: n for status, n in statuses.items() if status != want}
        yield bool(statuses) and not others, (
            f"the visitor got {want} for each {kind}: {statuses.get(want, 0)} of {sum(statuses.values())}"
            + (f", and {others}" if others else ""))


def check_callers(counts):
    unknown = counts.sum(reporter="destination", source_workload=("unknown", ""))
    yield unknown == 0, f"requests whose destination did not know the caller: {unknown}"


def check(samples, seen):
    """All expectations, as a list of (ok, sentence)."""
    counts = Counts(samples)
    return [*check_visitor(seen), *check_edges(counts), *check_planted(counts, seen), *check_no_other_5xx(counts),
            *check_callers(counts)]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("prometheus", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def query(path, promql):
    connection = UnixConnection(path)
    try:
        connection.request("GET", "/api/v1/query?" + urllib.parse.urlencode({"query": promql}))
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if answer.get("status") != "success":
        raise ValueError(f"Prometheus: {answer.get('error', answer)}")
    return answer["data"]["result"]


def wait_for_scrapes(path, proxies, since, timeout):
    """Returns once every one of `proxies` targets was scraped after `since` (seconds of the epoch)."""
    deadline = time.monotonic() + timeout
    problem = "no answer yet"
    while time.monotonic() < deadline:
        try:
            times = [float(sample["value"][1]) for sample in query(path, "timestamp(up) and up == 1")]
            fresh = sum(1 for at in times if at > since)
            if fresh >= proxies and fresh == len(times):
                return None
            problem = f"{fresh} of {max(len(times), proxies)} proxies scraped after the load"
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            problem = f"{path}: {error}"
        time.sleep(0.5)
    down = [sample["metric"].get("pod") or sample["metric"].get("instance", "?")
            for sample in query(path, "up == 0")] if problem.endswith("load") else []
    return problem + (f"; down: {', '.join(down)}" if down else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--socket", required=True, help="Prometheus relay of the local mesh")
    parser.add_argument("--report", required=True, help="what demo_load.py saw")
    parser.add_argument("--proxies", type=int, default=8, help="how many must have been scraped")
    parser.add_argument("--timeout", type=float, default=60)
    args = parser.parse_args()

    with open(args.report, encoding="utf-8") as file:
        seen = json.load(file)
    problem = wait_for_scrapes(args.socket, args.proxies, time.time(), args.timeout)
    if problem is not None:
        print(f"FAIL  Prometheus has scraped all proxies: {problem}")
        return 1
    results = check(query(args.socket, "istio_requests_total"), seen)
    for ok, sentence in results:
        print(f"{'ok  ' if ok else 'FAIL'}  {sentence}")
    failed = sum(1 for ok, _ in results if not ok)
    print(f"demo: {len(results) - failed} of {len(results)} expectations met")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
