import os
import signal
import sys

import markupsafe._speedups
from flask import Flask
from waitress import serve

GREETING = "Hello from wheels"

app = Flask(__name__)


@app.get("/")
def index():
    return {"greeting": GREETING, "compiled": markupsafe._speedups.__name__, "uid": os.getuid()}


@app.get("/health")
def health():
    return "ok"


if __name__ == "__main__":
    # The first process of a container gets no signal it does not ask for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
