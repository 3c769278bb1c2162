"""Says "Hello World!", and keeps itself registered as long as it runs."""
import json, os, signal, threading, urllib.error, urllib.request
from flask import Flask
from werkzeug.serving import make_server

REGISTRY = os.environ.get("ROLLCALL_URL", "http://127.0.0.1:7400")
HOST, PORT = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))
NAME = os.environ.get("ROLLCALL_INSTANCE", f"hello-{PORT}")
HEARTBEAT_S, app, stop = 2, Flask(__name__), threading.Event()


@app.get("/")
def hello():
    return f"Hello World! This is {NAME}.\n"


def tell(method, path="", body=None):
    url = f"{REGISTRY}/v1/namespaces/default/services/hello/instances/{NAME}{path}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    urllib.request.urlopen(request, timeout=5).close()


def register():
    endpoint = {"name": "http", "protocol": "http", "address": HOST, "port": PORT, "path": "/"}
    tell("PUT", body={"version": "1.0.0", "endpoints": [endpoint], "heartbeatMs": HEARTBEAT_S * 1000, "leaseMs": 8000})


def keep(renew):
    try:
        renew()
        return lambda: tell("POST", "/heartbeat", {})
    except urllib.error.HTTPError as error:
        print(f"{NAME}: {error.code} {error.read().decode()}", flush=True)
        return register if error.code in (404, 409) else renew  # forgotten or thrown out: come back
    except OSError as error:
        print(f"{NAME}: no registry at {REGISTRY} ({error}); trying again", flush=True)
        return renew


for name in (signal.SIGTERM, signal.SIGINT):
    signal.signal(name, lambda *_: stop.set())
server = make_server(HOST, PORT, app, threaded=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
renew = register
while not stop.wait(0.2 if renew is register else HEARTBEAT_S):
    renew = keep(renew)
keep(lambda: tell("PATCH", body={"status": "draining"}))  # callers go elsewhere; who is here is still answered
threading.Event().wait(1)
keep(lambda: tell("DELETE", "?reason=stopped"))
server.shutdown()
