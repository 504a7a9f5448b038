"""Responses of the ASGI application, without a server."""

import asyncio

import httpx

from fantasyf1.asgi import application


def live_answer(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    """The response to a request for a path that is served without Django, such as `/live/health`."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())
