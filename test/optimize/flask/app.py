from flask import Flask, render_template, request

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("index.html", name="Flask")


@app.get("/notes")
def notes():
    import sqlite3

    connection = sqlite3.connect("/tmp/notes.db")
    connection.execute("create table if not exists notes (text)")
    connection.execute("insert into notes values (?)", (request.args.get("text", "none"),))
    return {"notes": [text for (text,) in connection.execute("select text from notes")]}


@app.get("/time")
def time():
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")).isoformat()
