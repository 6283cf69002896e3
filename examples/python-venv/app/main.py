import os

from fastapi import FastAPI
from pydantic import BaseModel

GREETING = "Hello from a virtual environment"

app = FastAPI()


class Greeting(BaseModel):
    greeting: str
    uid: int


@app.get("/")
def index() -> Greeting:
    return Greeting(greeting=GREETING, uid=os.getuid())


@app.get("/health")
def health() -> str:
    return "ok"
