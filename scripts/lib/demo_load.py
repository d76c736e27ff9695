#!/usr/bin/env python3
"""Visits bookinfo the way people do, gently, with the mistakes the demo wants to see in the mesh.

usage: demo_load.py URL [--seconds N] [--rate N] [--report FILE]

Every cycle of ten requests: six pages, one image that does not exist (404 from productpage), one path nobody
serves (404 from the gateway), one sign-in (302), one page for the user `faulty`, whose ratings fail (503 inside
the mesh, 200 outside). Runs until --seconds have passed or it is stopped (SIGTERM, SIGINT), then writes what it
saw, as {kind: {status: count}}, to --report. Status "error" means that no answer came.
"""
import argparse
import collections
import http.client
import json
import signal
import sys
import time
import urllib.parse

CYCLE = ["page", "page", "missing", "page", "login", "page", "nope", "page", "faulty", "page"]
REQUESTS = {  # kind: (method, path, body)
    "page": ("GET", "/productpage", None),
    "missing": ("GET", "/static/missing", None),
    "nope": ("GET", "/nope", None),
    "login": ("POST", "/login", "username=jason&passwd="),
    "login-faulty": ("POST", "/login", "username=faulty&passwd="),
    "faulty": ("GET", "/productpage", None),
}


class Visitor:
    """One keep-alive connection and a tally of what came back over it."""

    def __init__(self, url, timeout=10):
        self.address = urllib.parse.urlsplit(url)
        self.timeout = timeout
        self.connection = None
        self.faulty_cookie = None
        self.seen = collections.defaultdict(collections.Counter)

    def visit(self, kind):
        if kind == "faulty" and self.faulty_cookie is None:
            self.visit("login-faulty")
        method, path, body = REQUESTS[kind]
        headers = {"Referer": self.address.geturl()}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if kind == "faulty" and self.faulty_cookie:
            headers["Cookie"] = self.faulty_cookie
        try:
            response, cookie = self.send(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            self.drop()
            self.seen[kind]["error"] += 1
            return None
        if kind == "login-faulty" and cookie:
            self.faulty_cookie = cookie.split(";")[0]
        self.seen[kind][str(response)] += 1
        return response

    def send(self, method, path, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                self.address.hostname, self.address.port or 80, timeout=self.timeout)
        self.connection.request(method, path, body=body, headers=headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, response.getheader("Set-Cookie")

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def report(self):
        return {kind: dict(statuses) for kind, statuses in self.seen.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="of the product page")
    parser.add_argument("--seconds", type=float, default=0, help="0: until stopped")
    parser.add_argument("--rate", type=float, default=10, help="requests per second")
    parser.add_argument("--report", help="file to write the tally to")
    args = parser.parse_args()

    stopped = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.append(True))
    visitor = Visitor(args.url)
    begin = time.monotonic()
    sent = 0
    # Whole cycles only, so that a short run has every kind in it.
    while not stopped and (not args.seconds or time.monotonic() - begin < args.seconds or sent % len(CYCLE)):
        visitor.visit(CYCLE[sent % len(CYCLE)])
        sent += 1
        time.sleep(max(0, begin + sent / args.rate - time.monotonic()))
    if args.report:
        with open(args.report, "w", encoding="utf-8") as file:
            json.dump(visitor.report(), file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
