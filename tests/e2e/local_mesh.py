"""What the end-to-end tests of the local mesh share: starting one, asking it, and seeing what it leaves behind.

Needs root (network namespaces); without, the tests end with 77, which ctest reports as skipped.
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

SKIPPED = 77
OUTRIGGER = os.environ.get("OUTRIGGER", "build/dev/bin/outrigger")


def skip_unless_possible():
    if os.geteuid() != 0:
        print("skipped: the local mesh needs root")
        sys.exit(SKIPPED)
    probe = subprocess.run(["unshare", "-mnpui", "--fork", "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        print(f"skipped: this machine allows no namespaces: {probe.stderr.strip()}")
        sys.exit(SKIPPED)


def wait_for(condition, what, seconds=20.0):
    """Polls until `condition()` is true; the bound only ends a test that has failed."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class Mesh:
    """One `outrigger up` in the foreground, under a name of its own."""

    def __init__(self, name, *inputs, flags=()):
        self.name = name
        self.folder = pathlib.Path("/run/outrigger") / name
        self.process = subprocess.Popen(
            [OUTRIGGER, "up", *map(str, inputs), "--name", name, "--gateway-port", "0", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.finish()

    def finish(self):
        """Waits for the end. @return (exit code, everything it printed)."""
        rest, _ = self.process.communicate(timeout=30)
        self.output += rest or ""
        return self.process.returncode, self.output

    def status(self):
        answer = subprocess.run([OUTRIGGER, "status", "--name", self.name, "--json"], capture_output=True, text=True)
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def pods(self):
        status = self.status()
        return {pod["name"]: pod for pod in status["pods"]} if status else {}

    def pod(self, prefix):
        """The one pod whose name starts so; None when there is none."""
        return next((pod for name, pod in self.pods().items() if name.startswith(prefix)), None)

    def wait_running(self, count, seconds=20.0):
        def running():
            if self.process.poll() is not None:
                raise AssertionError(f"up has ended: {self.finish()[1]}")
            pods = self.pods().values()
            good = [pod for pod in pods if pod["status"] == "Running" and pod["ready"] == pod["total"]]
            return len(good) >= count
        wait_for(running, f"{count} pods running: {self.pods()}", seconds)

    def log(self, pod_prefix, container):
        pod = self.pod(pod_prefix)
        path = pathlib.Path(pod["logs"]) / f"{container}.log"
        return path.read_text() if path.exists() else ""

    def node_pid(self):
        """The first process of the node: the supervisor's only child."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def processes_with(word):
    """Pids whose command line has `word`; not ours, and no dead ones."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if word.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def machine_state():
    """What a mesh must not change outside its node."""
    return {
        "links": run("ip", "-o", "link", "show").count("\n"),
        "rules": run("nft", "list", "ruleset"),
        "named namespaces": run("ip", "netns", "list"),
        "mounts": [line for line in pathlib.Path("/proc/self/mounts").read_text().splitlines() if "outrigger" in line],
        "forwarding": pathlib.Path("/proc/sys/net/ipv4/ip_forward").read_text(),
    }
