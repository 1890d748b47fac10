"""What all that is answered has in common."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


def _rfc3339(moment: datetime) -> str:
    text = moment.astimezone(UTC).isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z"


# Always with microseconds, which pydantic leaves out where they are 0.
Moment = Annotated[datetime, PlainSerializer(_rfc3339, return_type=str, when_used="json")]


class Output(BaseModel):
    """The base of what is answered."""

    model_config = ConfigDict(from_attributes=True)
