"""What to run: data only, carried as JSON from `manage.py up` to the process that it becomes."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Spec:
    """One child. With `redis_socket` the children after it wait until a Redis there answers."""

    name: str
    argv: list[str]
    redis_socket: str = ""


@dataclasses.dataclass(frozen=True)
class Web:
    """Where the web server has to answer before it is announced, and the Host header to ask with."""

    address: str
    port: int
    host: str


@dataclasses.dataclass(frozen=True)
class Plan:
    """The children in the order of starting, what runs once after them, and what is said when all is up.

    `lock_fd` is an inherited descriptor whose lock must last until the last child is gone; -1 for none.
    """

    folder: str
    children: list[Spec]
    once: Spec | None = None
    web: Web | None = None
    announcement: list[str] = dataclasses.field(default_factory=list)
    lock_fd: int = -1

    def to_json(self) -> str:
        """The plan as one JSON text."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that `to_json` wrote."""
        fields = json.loads(text)
        fields["children"] = [Spec(**spec) for spec in fields["children"]]
        fields["once"] = Spec(**fields["once"]) if fields["once"] else None
        fields["web"] = Web(**fields["web"]) if fields["web"] else None
        return cls(**fields)
