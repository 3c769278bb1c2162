"""Asks the registry who says hello, and calls one of them: there is no address in here."""
import json, os, random, urllib.request
from flask import Flask

REGISTRY = os.environ.get("ROLLCALL_URL", "http://127.0.0.1:7400")
app = Flask(__name__)


def discover(service):
    url = f"{REGISTRY}/v1/namespaces/default/instances?service={service}&routable=true&protocol=http"
    with urllib.request.urlopen(url, timeout=5) as answer:
        found = json.load(answer)["instances"]
    random.shuffle(found)
    return [f"http://{e['address']}:{e['port']}{e.get('path', '/')}" for i in found for e in i["endpoints"] if e["protocol"] == "http"]


@app.get("/")
def greet():
    for url in discover("hello"):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            continue  # gone this moment: the next one
    return "nobody says hello\n", 503


app.run(os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8081")))
