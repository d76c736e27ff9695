#!/usr/bin/env python3
"""The demo's check would notice: each thing that may go wrong, planted into a mesh that is fine."""
import copy
import http.server
import json
import pathlib
import socket
import socketserver
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts" / "lib"))
import demo_check  # noqa: E402
import demo_load  # noqa: E402

SEEN = {
    "page": {"200": 60}, "faulty": {"200": 10}, "missing": {"404": 10}, "nope": {"404": 10},
    "login": {"302": 10}, "login-faulty": {"302": 1},
}


def sample(reporter, source, destination, code, value, flags="-"):
    return {"metric": {"reporter": reporter, "source_workload": source, "destination_workload": destination,
                       "response_code": code, "response_flags": flags}, "value": [0, str(value)]}


def both(*args, **kwargs):
    return [sample(side, *args, **kwargs) for side in demo_check.SIDES]


def healthy():
    gateway = demo_check.GATEWAY
    samples = both(gateway, "productpage-v1", "200", 70)
    samples += both(gateway, "productpage-v1", "404", 10) + both(gateway, "productpage-v1", "302", 11)
    samples += both("productpage-v1", "details-v1", "200", 70)
    for version, value in (("v1", 20), ("v2", 25), ("v3", 25)):
        samples += both("productpage-v1", f"reviews-{version}", "200", value)
    for version in ("v2", "v3"):
        samples += both(f"reviews-{version}", "ratings-v1", "200", 20)
        samples += both(f"reviews-{version}", "ratings-faulty", "503", 5)
    samples.append(sample("source", gateway, "unknown", "404", 10, flags="NR"))
    return samples


def failures(samples, seen=None):
    return [sentence for ok, sentence in demo_check.check(samples, SEEN if seen is None else seen) if not ok]


def find(samples, **labels):
    return next(s for s in samples if all(s["metric"][k] == v for k, v in labels.items()))


class Check(unittest.TestCase):
    def test_accepts_a_mesh_that_is_fine(self):
        self.assertEqual(failures(healthy()), [])

    def test_misses_every_edge_on_each_side(self):
        for source, destination in demo_check.EDGES:
            for side in demo_check.SIDES:
                samples = [s for s in healthy() if s["metric"]["reporter"] != side
                           or s["metric"]["source_workload"] != source
                           or s["metric"]["destination_workload"] != destination]
                self.assertTrue(any(f"{source} -> {destination}: not seen by the {side}" in f
                                    for f in failures(samples)), (source, destination, side))

    def test_notices_sides_that_disagree(self):
        samples = healthy()
        find(samples, reporter="destination", destination_workload="details-v1")["value"][1] = "69"
        self.assertEqual(failures(samples),
                         ["productpage-v1 -> details-v1: source counted 70, destination 69"])

    def test_notices_planted_answers_that_are_missing(self):
        for code, flags in (("404", "-"), ("302", "-"), ("503", "-"), ("404", "NR")):
            samples = [s for s in healthy() if s["metric"]["response_code"] != code
                       or s["metric"]["response_flags"] != flags]
            self.assertTrue(failures(samples), code)

    def test_notices_a_5xx_on_another_edge(self):
        samples = healthy() + [sample("destination", "reviews-v2", "ratings-v1", "500", 1)]
        self.assertTrue(any("reviews-v2 -> ratings-v1: 1 5xx by the destination" in f for f in failures(samples)))

    def test_notices_a_request_without_an_answer(self):
        samples = healthy() + [sample("source", "productpage-v1", "details-v1", "0", 1)]
        self.assertTrue(any("without an answer" in f for f in failures(samples)))

    def test_notices_nr_beyond_the_gateway(self):
        samples = healthy() + [sample("source", "productpage-v1", "unknown", "404", 1, flags="NR")]
        self.assertIn("NR nowhere else: 1", failures(samples))

    def test_notices_a_caller_nobody_knows(self):
        samples = healthy()
        find(samples, reporter="destination", destination_workload="details-v1")["metric"]["source_workload"] = "unknown"
        self.assertIn("requests whose destination did not know the caller: 70", failures(samples))

    def test_notices_what_the_visitor_saw(self):
        for kind in SEEN:
            for status in ("error", "500"):
                seen = copy.deepcopy(SEEN)
                seen[kind][status] = 1
                self.assertTrue(any(f"for each {kind}: " in f for f in failures(healthy(), seen)), kind)

    def test_wants_something_to_have_been_planted(self):
        self.assertGreater(len(failures(healthy(), {})), 6)


class PrometheusHandler(http.server.BaseHTTPRequestHandler):
    answers = {}

    def do_GET(self):
        result = next((v for k, v in self.answers.items() if k in self.path), [])
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass


class Scrapes(unittest.TestCase):
    def serve(self, answers):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = f"{folder.name}/prometheus.sock"
        handler = type("Handler", (PrometheusHandler,), {"answers": answers})
        server = socketserver.UnixStreamServer(path, handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), server.server_close(), thread.join()))
        return path

    def test_are_waited_for(self):
        path = self.serve({"timestamp": [{"metric": {}, "value": [0, "100.5"]}]})
        self.assertIsNone(demo_check.wait_for_scrapes(path, 1, 100, 5))

    def test_that_are_old_or_too_few_do_not_count(self):
        up = [{"metric": {}, "value": [0, "100.5"]}, {"metric": {}, "value": [0, "99.5"]}]
        path = self.serve({"timestamp": up, "up+%3D%3D+0": [{"metric": {"pod": "details"}, "value": [0, "0"]}]})
        self.assertEqual(demo_check.wait_for_scrapes(path, 2, 100, 0.1),
                         "1 of 2 proxies scraped after the load; down: details")

    def test_fail_with_the_socket_named_when_nobody_listens(self):
        self.assertIn("/nonexistent: ", demo_check.wait_for_scrapes("/nonexistent", 1, 0, 0.1))


class BookinfoHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status):
        self.send_response(status)
        if self.path == "/login":
            self.send_header("Set-Cookie", "session=abc; HttpOnly; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        self.server.cookies.append(self.headers.get("Cookie"))
        self.answer(200 if self.path == "/productpage" else 404)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(302)

    def log_message(self, *_):
        pass


class Load(unittest.TestCase):
    def test_tallies_a_cycle_and_signs_the_faulty_user_in_once(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), BookinfoHandler)
        server.cookies = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        visitor = demo_load.Visitor(f"http://127.0.0.1:{server.server_port}/productpage")
        for kind in demo_load.CYCLE * 2:
            visitor.visit(kind)
        visitor.drop()
        server.shutdown()
        server.server_close()
        thread.join()
        self.assertEqual(visitor.report(), {
            "page": {"200": 12}, "missing": {"404": 2}, "login": {"302": 2}, "nope": {"404": 2},
            "login-faulty": {"302": 1}, "faulty": {"200": 2}})
        self.assertEqual(server.cookies.count("session=abc"), 2)

    def test_counts_an_answer_that_never_came(self):
        with socket.socket() as closed:  # a port nobody listens on any more
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        visitor = demo_load.Visitor(f"http://127.0.0.1:{port}/productpage", timeout=1)
        visitor.visit("page")
        self.assertEqual(visitor.report(), {"page": {"error": 1}})


if __name__ == "__main__":
    unittest.main()
