"""The same words on every server."""

from conformance.answers import GOLDEN, Recorded, record, requests
from conformance.registry import NotApplicable, check
from conformance.shop import Shop


@check("alike")
async def alike(shop: Shop) -> None:
    """The same requests get the same status, headers and body as on the default way, in the same run."""
    golden: dict[str, Recorded] | None = shop.memory.get(GOLDEN)
    if golden is None:
        raise NotApplicable("the others are compared with this one")
    own = {asked.name: asked.own for asked in requests(shop)}
    wrong = [
        f"{name}: {difference}"
        for name, got in (await record(shop)).items()
        if got.status not in own[name] and (difference := golden[name].difference(got))
    ]
    assert not wrong, "\n".join(wrong)
