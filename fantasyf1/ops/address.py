"""The address on which the site listens, from HOST and PORT. Plain Python: the settings use it too."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """A host and a port to listen on."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        """Raises `ValueError` with a sentence if PORT is not a port."""
        host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"PORT must be a number between 1 and 65535, not “{port}”.")
        return cls(host, int(port))

    @property
    def visible_host(self) -> str:
        """The host for URLs on this machine."""
        return "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound

    @property
    def url(self) -> str:
        host = f"[{self.visible_host}]" if ":" in self.visible_host else self.visible_host
        return f"http://{host}:{self.port}/"
