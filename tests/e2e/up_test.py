"""A local mesh without sidecars, from the inside: names, addresses, volumes, environment, users, probes, restarts, live
changes, and one clear line for each thing that is wrong.
"""

import json
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

from local_mesh import OUTRIGGER, Mesh, skip_unless_possible, wait_for

SERVER = """
kind: Service
apiVersion: v1
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
kind: Service
apiVersion: v1
metadata: {name: peers}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 8080}]}
---
kind: Service
apiVersion: v1
metadata: {name: nobody}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1  # http.server does not ask for SIGTERM
      containers:
      - name: web
        image: example.com/web:1
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {port: http}, periodSeconds: 30}
"""

IMAGES = """
images:
- name: "example.com/web:*"
  command: [/usr/bin/python3, -m, http.server, 8080]
  env: {PYTHONUNBUFFERED: 1}
"""

# Prints one JSON object about what a container sees.
LOOK = r'''
import json, os, pathlib, socket, urllib.request
def text(path): return pathlib.Path(path).read_text()
def writable(path):
    try: pathlib.Path(path, "x").write_text("x"); return True
    except OSError: return False
def refused(host):
    try: socket.create_connection((host, 80), 5).close(); return False
    except ConnectionRefusedError: return True
def known(host):
    try: socket.getaddrinfo(host, 80); return True
    except socket.gaierror: return False
print(json.dumps({
  "host": socket.gethostname(), "uid": os.getuid(), "env": dict(os.environ), "pid": os.getpid(),
  "vip": sorted({a[4][0] for a in socket.getaddrinfo("web", 80)}),
  "full": known("web.shop.svc.cluster.local"), "ns": known("web.shop"), "unknown": known("nonsense"),
  "peers": len({a[4][0] for a in socket.getaddrinfo("peers", 80)}),
  "status": urllib.request.urlopen("http://web/", timeout=5).status,
  "refused": refused("nobody"),
  "config": text("/etc/settings/color"), "label": text("/etc/info/labels"), "token": text("/var/run/secrets/tokens/t"),
  "scratch": writable("/scratch"), "etc": writable("/etc"), "tmp": os.listdir("/tmp"), "init": text("/scratch/by-init"),
}), flush=True)
'''

CLIENT = """
kind: ConfigMap
apiVersion: v1
metadata: {name: settings}
data: {color: green}
---
kind: Pod
apiVersion: v1
metadata: {name: client, labels: {app: client}}
spec:
  serviceAccountName: buyer
  initContainers:
  - name: first
    image: none
    command: [sh, -c, "echo made > /scratch/by-init"]
    volumeMounts: [{name: scratch, mountPath: /scratch}]
  containers:
  - name: client
    image: none
    command: [/usr/bin/python3, -c, %s, "$(MY_NAME)"]
    env:
    - {name: MY_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
    - {name: MY_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    volumeMounts:
    - {name: scratch, mountPath: /scratch}
    - {name: settings, mountPath: /etc/settings}
    - {name: info, mountPath: /etc/info}
    - {name: token, mountPath: /var/run/secrets/tokens}
  restartPolicy: Never
  volumes:
  - {name: scratch, emptyDir: {}}
  - {name: settings, configMap: {name: settings}}
  - {name: info, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
  - {name: token, projected: {sources: [{serviceAccountToken: {path: t}}]}}
""" % json.dumps(LOOK)

BAD = """
kind: Pod
apiVersion: v1
metadata: {name: no-program}
spec: {containers: [{name: app, image: "example.com/unknown:7"}]}
---
kind: Pod
apiVersion: v1
metadata: {name: no-config}
spec: {containers: [{name: app, image: none, command: [sleep, "1000"], env: [{name: X, valueFrom: {configMapKeyRef: {name: none, key: k}}}]}]}
---
kind: Pod
apiVersion: v1
metadata: {name: crash}
spec: {containers: [{name: app, image: none, command: [sh, -c, "exit 3"]}]}
"""


class UpTest(unittest.TestCase):
    def setUp(self):
        self.name = f"up-{os.getpid()}"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "images.yaml").write_text(IMAGES)

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def up(self, *flags):
        mesh = Mesh(self.name, self.folder, flags=["-n", "shop", "--prometheus", "off", *flags])
        self.addCleanup(mesh.__exit__)
        return mesh

    def test_a_container_sees_what_it_would_see_in_a_cluster(self):
        self.write("server.yaml", SERVER)
        mesh = self.up()
        mesh.wait_running(2)
        self.write("client.yaml", CLIENT)  # while it runs: Services with ready pods are there for it
        wait_for(lambda: (mesh.pod("client") or {}).get("status") in ("Completed", "Error"), "the client's end")
        log = mesh.log("client", "client")
        self.assertEqual(mesh.pod("client")["status"], "Completed", log)
        seen = json.loads(log)
        self.assertEqual(seen["host"], "client")
        self.assertEqual(seen["uid"], 1000)
        self.assertEqual(seen["pid"], 1)
        self.assertRegex(seen["vip"][0], r"^10\.96\.")
        self.assertTrue(seen["full"] and seen["ns"])
        self.assertFalse(seen["unknown"])
        self.assertEqual(seen["peers"], 2)
        self.assertEqual(seen["status"], 200)
        self.assertTrue(seen["refused"])  # a Service without pods says so at once
        self.assertEqual(seen["env"]["MY_NAME"], "client")
        self.assertEqual(seen["env"]["COLOR"], "green")
        self.assertEqual(seen["env"]["WEB_SERVICE_HOST"], seen["vip"][0])
        self.assertRegex(seen["env"]["MY_IP"], r"^10\.244\.")
        self.assertEqual((seen["config"], seen["label"], seen["token"]), ("green", 'app="client"', "shop/buyer"))
        self.assertTrue(seen["scratch"])
        self.assertEqual(seen["init"], "made\n")
        self.assertFalse(seen["etc"])  # not root's, and not writable for an app
        self.assertEqual(seen["tmp"], [])

    def test_a_pod_reaches_itself_through_its_service(self):
        self.write("self.yaml", """
kind: Service
apiVersion: v1
metadata: {name: self}
spec: {selector: {app: self}, ports: [{port: 80, targetPort: 8080}]}
---
kind: Pod
apiVersion: v1
metadata: {name: narcissus, labels: {app: self}}
spec:
  containers:
  - name: web
    image: example.com/web:1
    readinessProbe: {tcpSocket: {port: 8080}}
  - name: caller  # refused until the pod is ready and so behind its own Service
    image: none
    command: [sh, -c, "until curl -s -o /dev/null -m 2 -w '%{http_code}' http://self/; do sleep 0.05; done; sleep 1000"]
""")
        mesh = self.up()
        mesh.wait_running(1)
        wait_for(lambda: "200" in mesh.log("narcissus", "caller"), "an answer from itself")

    def test_changes_are_live(self):
        self.write("server.yaml", SERVER)
        mesh = self.up()
        mesh.wait_running(2)
        first = set(mesh.pods())
        self.write("server.yaml", SERVER.replace("replicas: 2", "replicas: 3"))
        wait_for(lambda: len(mesh.pods()) == 3, "a third pod")
        self.write("server.yaml", SERVER.replace("image: example.com/web:1", "image: example.com/web:2"))
        wait_for(lambda: len(mesh.pods()) == 2 and not first & set(mesh.pods()), "two new pods instead")
        mesh.wait_running(2)
        (self.folder / "server.yaml").unlink()
        self.write("other.yaml", "kind: Pod\napiVersion: v1\nmetadata: {name: other}\n"
                                 "spec: {containers: [{name: a, image: none, command: [sleep, '1000']}]}\n")
        wait_for(lambda: set(mesh.pods()) == {"other"}, "the old pods gone, the new one there", 40)

    def test_each_mistake_is_one_line_and_the_rest_comes_up(self):
        self.write("server.yaml", SERVER)
        self.write("bad.yaml", BAD)
        self.write("broken.yaml", "kind: Service\n  metadata: {\n")
        mesh = self.up()
        mesh.wait_running(2)
        wait_for(lambda: mesh.pods()["crash"]["status"] == "CrashLoopBackOff", "the back-off")
        self.assertEqual(mesh.pods()["no-program"]["status"], "ImagePullBackOff")
        self.assertEqual(mesh.pods()["no-config"]["status"], "CreateContainerConfigError")
        mesh.process.terminate()
        output = mesh.finish()[1]
        bad = self.folder / "bad.yaml"
        self.assertIn(f"{bad}:5: Pod shop/no-program: container app: image example.com/unknown:7: no program is known", output)
        self.assertIn(f"{bad}:10: Pod shop/no-config: container app: env X: ConfigMap shop/none has no key k", output)
        self.assertIn(f"{self.folder / 'broken.yaml'}:2: ", output)
        self.assertEqual(output.count("no program is known"), 1)

    def test_detached_mesh_says_what_does_not_run(self):
        self.write("bad.yaml", BAD)
        up = subprocess.run([OUTRIGGER, "up", "-d", str(self.folder), "-n", "shop", "--name", self.name, "--gateway-port", "0",
                             "--prometheus", "off"], capture_output=True, text=True, timeout=60)
        self.addCleanup(subprocess.run, [OUTRIGGER, "down", "--name", self.name], capture_output=True)
        self.assertEqual(up.returncode, 1)
        self.assertIn("not running: shop/no-program: ImagePullBackOff", up.stderr)

    def test_a_taken_gateway_port_is_one_line(self):
        self.write("server.yaml", SERVER)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            up = subprocess.run([OUTRIGGER, "up", str(self.folder), "--name", self.name, "--gateway-port", str(port)],
                                capture_output=True, text=True, timeout=60)
        self.assertEqual(up.returncode, 1)
        self.assertRegex(up.stderr, rf"^outrigger: port {port} is taken by \S+ \(pid {os.getpid()}\): .*--gateway-port.*\n$")

    def test_nothing_to_run_is_said(self):
        (self.folder / "only.yaml").write_text("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n")
        code, output = self.up().finish()
        self.assertEqual(code, 1)
        self.assertIn("there is no Deployment and no Pod to run", output)


if __name__ == "__main__":
    skip_unless_possible()
    unittest.main(verbosity=2)
