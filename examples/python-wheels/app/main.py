import os

import markupsafe._speedups
from jinja2 import Template
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

GREETING = "Hello from wheels"
PAGE = Template("<p>{{ greeting }}, as user {{ uid }}; {{ compiled }} is compiled</p>\n", autoescape=True)


async def index(_request):
    compiled = markupsafe._speedups.__name__
    return HTMLResponse(PAGE.render(greeting=GREETING, uid=os.getuid(), compiled=compiled))


async def health(_request):
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/", index), Route("/health", health)])
