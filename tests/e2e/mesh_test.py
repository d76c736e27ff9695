"""The sample application, meshed: every pod with its sidecar, the page through the gateway from the first request on, a changed
route in force within a second, and no request lost on the way.
"""

import os
import pathlib
import re
import shutil
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from local_mesh import Mesh, skip_unless_possible, wait_for

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "samples" / "bookinfo"

PIN = """
kind: DestinationRule
apiVersion: networking.istio.io/v1
metadata: {name: reviews, namespace: bookinfo}
spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v3, labels: {version: v3}}]}
---
kind: VirtualService
apiVersion: networking.istio.io/v1
metadata: {name: reviews, namespace: bookinfo}
spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: VERSION}}]}]}
"""


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def reviews_version(url):
    status, page = get(url + "/productpage")
    found = re.search(r"reviews-(v\d)-", page)
    return status, found.group(1) if found else None


class MeshTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        for file in SAMPLE.glob("*.yaml"):
            shutil.copy(file, cls.folder)
        start = time.monotonic()
        cls.mesh = Mesh(f"mesh-{os.getpid()}", cls.folder, flags=["--prometheus", "off"])
        cls.addClassCleanup(cls.mesh.__exit__)
        wait_for(lambda: (cls.mesh.status() or {}).get("complete") and all(
            pod["status"] == "Running" and pod["ready"] == pod["total"] for pod in cls.mesh.pods().values()),
            "every pod running", 60)
        cls.seconds = time.monotonic() - start
        cls.url = cls.mesh.status()["gateway"]
        cls.first = get(cls.url + "/productpage")

    def test_every_pod_has_its_sidecar(self):
        pods = self.mesh.pods()
        self.assertGreaterEqual(len(pods), 7)
        for name, pod in pods.items():
            self.assertEqual(pod["total"], 1 if name.startswith("istio-ingressgateway-") else 2, name)
            self.assertEqual(pod["restarts"], 0, name)

    def test_up_takes_seconds(self):
        print(f"ready after {self.seconds:.2f} s")
        self.assertLess(self.seconds, 10)  # 3 s on a quiet machine; this one may be building something

    def test_first_request_finds_everything(self):
        status, page = self.first
        self.assertEqual(status, 200)
        self.assertNotIn("Error fetching", page)
        self.assertIn("The Comedy of Errors", page)

    def test_unrouted_path_is_the_gateways_404(self):
        self.assertEqual(get(self.url + "/nope")[0], 404)

    def under_load(self, change):
        """Runs `change` while pages are asked for one after the other. @return what went wrong for the visitor."""
        stop = threading.Event()
        failures = []

        def load():
            while not stop.is_set():
                status, page = get(self.url + "/productpage")
                if status != 200 or "Error fetching" in page:
                    failures.append((status, re.findall("Error fetching[^<]*", page)))

        worker = threading.Thread(target=load)
        worker.start()
        try:
            change()
        finally:
            stop.set()
            worker.join()
        return failures

    def test_changed_route_is_live_and_nothing_is_lost(self):
        def change():
            for version in ("v1", "v3", "v1"):
                (self.folder / "routing.yaml").write_text(PIN.replace("VERSION", version))
                start = time.monotonic()
                wait_for(lambda: all(reviews_version(self.url) == (200, version) for _ in range(8)), f"reviews {version} only")
                taken = time.monotonic() - start
                print(f"reviews pinned to {version} after {taken:.2f} s (eight pages included)")
                self.assertLess(taken, 3)

        self.assertEqual(self.under_load(change), [])

    def test_rolling_a_deployment_loses_nothing(self):
        def change():
            old = self.mesh.pod("details-v1-")["name"]
            manifest = self.folder / "bookinfo.yaml"
            # Another template has another hash, and so another pod.
            text, count = re.subn(r"(image: \S*examples-bookinfo-details-v1\S*\n)", r"\1        workingDir: /tmp\n", manifest.read_text())
            self.assertEqual(count, 1)
            manifest.write_text(text)
            wait_for(lambda: [name for name in self.mesh.pods() if name.startswith("details-v1-")] != [old]
                     and len([name for name in self.mesh.pods() if name.startswith("details-v1-")]) == 1, "a new pod instead of the old")

        self.assertEqual(self.under_load(change), [])


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
