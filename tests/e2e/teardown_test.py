"""Whatever ends a local mesh, nothing of it stays: no process, interface, packet rule, mount or namespace; and after a
kill of its supervisor the next mesh of the same name clears the folder.
"""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from local_mesh import OUTRIGGER, Mesh, machine_state, processes_with, skip_unless_possible, wait_for

# Found again in /proc by this word; answers SIGTERM, which the first process of a PID namespace must ask for.
APP = """
kind: Service
apiVersion: v1
metadata: {name: app}
spec: {selector: {app: app}, ports: [{port: 80}]}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: app}}
  template:
    metadata: {labels: {app: app}}
    spec:
      containers:
      - name: app
        image: none
        command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done # WORD"]
"""


class TeardownTest(unittest.TestCase):
    def setUp(self):
        self.word = f"outrigger-teardown-{os.getpid()}-{self._testMethodName}"
        self.name = f"teardown-{os.getpid()}"
        self.before = machine_state()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.input = pathlib.Path(folder.name) / "app.yaml"
        self.input.write_text(APP.replace("WORD", self.word))

    def up(self):
        mesh = Mesh(self.name, self.input, flags=["--prometheus", "off"])
        self.addCleanup(mesh.__exit__)
        mesh.wait_running(2)
        self.assertTrue(processes_with(self.word))
        return mesh

    def assert_nothing_left(self, mesh):
        wait_for(lambda: not processes_with(self.word), "no process of the mesh")
        wait_for(lambda: machine_state() == self.before, f"the machine as before: {self.before}; now: {machine_state()}")

    def assert_no_folder(self, mesh):
        self.assertFalse(mesh.folder.exists(), list(mesh.folder.rglob("*")) if mesh.folder.exists() else "")
        self.assertFalse(mesh.folder.with_suffix(".lock").exists())

    def test_interrupt(self):
        mesh = self.up()
        mesh.process.send_signal(signal.SIGINT)
        code, output = mesh.finish()
        self.assertEqual(code, 0, output)
        self.assert_nothing_left(mesh)
        self.assert_no_folder(mesh)

    def test_down(self):
        mesh = self.up()
        down = subprocess.run([OUTRIGGER, "down", "--name", self.name], capture_output=True, text=True)
        # When `down` returns it is over, not soon.
        self.assertEqual(down.returncode, 0, down.stderr)
        self.assertFalse(processes_with(self.word))
        self.assert_no_folder(mesh)
        self.assertEqual(mesh.finish()[0], 0)
        self.assert_nothing_left(mesh)

    def test_kill_of_the_supervisor(self):
        mesh = self.up()
        mesh.process.kill()
        mesh.finish()
        self.assert_nothing_left(mesh)
        status = subprocess.run([OUTRIGGER, "status", "--name", self.name], capture_output=True, text=True)
        self.assertEqual(status.returncode, 1)
        self.assertIn(f"no mesh called {self.name} is up", status.stderr)
        again = self.up()  # clears what was left and takes the name
        again.process.send_signal(signal.SIGTERM)
        self.assertEqual(again.finish()[0], 0)
        self.assert_no_folder(again)

    def test_kill_of_the_node(self):
        mesh = self.up()
        os.kill(mesh.node_pid(), signal.SIGKILL)
        code, output = mesh.finish()
        self.assertEqual(code, 1)
        self.assertIn("the node has ended unexpectedly", output)
        self.assert_nothing_left(mesh)
        self.assert_no_folder(mesh)

    def test_second_mesh_of_the_same_name_is_refused(self):
        mesh = self.up()
        second = subprocess.run([OUTRIGGER, "up", str(self.input), "--name", self.name, "--gateway-port", "0"],
                                capture_output=True, text=True)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"a mesh called {self.name} is up", second.stderr)
        self.assertEqual(len(mesh.pods()), 2)  # the first has not noticed


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
