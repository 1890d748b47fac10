"""What one request is that succeeds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Good:
    """Who asks, as headers; what fills the path; the body, or the file that is one; and the status of the answer."""

    who: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str | int] = field(default_factory=dict)
    body: Any = None
    status: int = 200
    file: bytes | None = None

    @property
    def content(self) -> bytes | None:
        """The body as it is sent."""
        return self.file if self.body is None else json.dumps(self.body).encode()
