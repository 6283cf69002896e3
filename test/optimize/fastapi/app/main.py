from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root(name: str = "FastAPI") -> dict[str, str]:
    return {"message": f"Hello from {name}"}


@app.get("/codecs")
def codecs(text: str) -> dict[str, str]:
    return {"latin": text.encode("iso8859_15").hex(), "idna": text.encode("idna").decode()}
