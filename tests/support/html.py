"""What a page says and where it leads, for tests that need no browser."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """The elements of a page in their order, as (tag, attributes, text). Raises ValueError for tags that do not match."""

    def __init__(self, text):
        super().__init__()
        self.elements = []
        self._open = []
        self.feed(text)
        if self._open:
            raise ValueError(f"not closed: {[tag for tag, *_ in self._open]}")

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag):
        opened = self._open.pop()[0]
        if opened != tag:
            raise ValueError(f"<{opened}> is closed by </{tag}>")

    def handle_data(self, data):
        for element in self._open:
            element[2].append(data)

    def all(self, tag, **wanted):
        """Return (attributes, text) of all such elements; text without needless blanks."""
        return [
            (attributes, " ".join("".join(text).split()))
            for name, attributes, text in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]

    def texts(self, tag, **wanted):
        """Return the texts of all such elements."""
        return [text for _, text in self.all(tag, **wanted)]

    def form(self, action):
        """Return what the first form that leads there would send as it stands. Raises ValueError without one."""
        inside, values = False, None
        for tag, attributes, _ in self.elements:
            if tag == "form":
                if values is not None:
                    break
                inside = attributes.get("action") == action
                values = {} if inside else None
            elif (
                tag == "input"
                and inside
                and (attributes.get("type") != "checkbox" or "checked" in attributes)
            ):
                values[attributes["name"]] = attributes.get("value", "")
        if values is None:
            raise ValueError(f"no form leads to {action}")
        return values

    @property
    def links(self):
        """Where links lead, by what they say."""
        return {text: attributes["href"] for attributes, text in self.all("a")}

    @property
    def text(self):
        """All that is said in the page's body."""
        return self.texts("body")[0]
