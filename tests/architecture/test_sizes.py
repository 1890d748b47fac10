"""How long a file, a function and a view may be, and how full a folder."""

import ast
from collections import Counter

from local.environments import ROOT
from tests.architecture.modules import APP, EVERYTHING

LONGEST_FILE = 300
# One more case of the same is no reason to tear tests apart.
LONGEST_TESTS = 320
# Without the docstring, which is for its readers and as long as they need it.
LONGEST_FUNCTION = 40
LONGEST_VIEW = 10
# "About ten" modules, its __init__ not counted: what has more is two things.
FULLEST_FOLDER = 12


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, first: int) -> int:
    """Lines from `first` to the function's end, its docstring not counted."""
    lines = (function.end_lineno or first) - first + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


class TestSizes:
    def test_no_file_is_too_long(self):
        long = {
            module.name: lines
            for module in EVERYTHING
            if (lines := len(module.path.read_text(encoding="utf-8").splitlines()))
            > (LONGEST_TESTS if module.name.startswith("tests.") else LONGEST_FILE)
        }
        assert not long

    def test_no_function_is_too_long(self):
        long = {
            f"{module.at(function)} {function.name}": lines
            for module in EVERYTHING
            for function in module.functions()
            if (lines := body_lines(function, function.lineno)) > LONGEST_FUNCTION
        }
        assert not long

    def test_views_parse_call_and_render(self):
        long = {
            f"{module.at(function)} {function.name}": lines
            for module in APP
            if module.room == "routes"
            for function in module.functions()
            if function.decorator_list
            and (lines := body_lines(function, function.body[0].lineno)) > LONGEST_VIEW
        }
        assert not long

    def test_no_folder_is_too_full(self):
        folders = Counter(
            str(module.path.parent.relative_to(ROOT))
            for module in APP
            if module.path.name != "__init__.py"
        )
        assert not {name: many for name, many in folders.items() if many > FULLEST_FOLDER}
