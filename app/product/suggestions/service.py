"""What may be meant by what was typed so far."""

from app.product.suggestions.repository import SuggestionRepository


class Suggester:
    """Completes what somebody types."""

    def __init__(self, repository: SuggestionRepository) -> None:
        self._repository = repository

    async def suggest(self, typed: str) -> str:
        """Return the JSON of up to ten words and products that begin with what was typed; of nothing, none."""
        return await self._repository.suggest(typed) if typed.strip() else '{"items":[]}'
