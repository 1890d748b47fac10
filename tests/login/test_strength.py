"""Which passwords are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.login.strength import COMMON, MAX_LENGTH, MIN_LENGTH, normalized, weakness

EMAIL = "anna.kowalska@shop.example"


@pytest.mark.parametrize(
    "password",
    [
        "seven green apples a day",
        "zażółć gęślą jaźń",
        "kR7#pL2$qW9!",
        "0294857361",
        "anna likes red apples",
        "🍎🍐🍊🍋🍌🍉🍇🍓🫐🍈",
    ],
)
def test_good_ones(password) -> None:
    assert weakness(password, EMAIL) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("x1y2z3w4v", "characters long"),
        ("kR7#pL2$qW" * 13, "characters long"),
        ("aaaaaaaaaaaa", "guessed first"),
        ("1212121212", "guessed first"),
        ("1234567890", "guessed first"),
        ("9876543210", "guessed first"),
        ("Password2026!", "guessed first"),
        ("P@ssw0rd123", "guessed first"),
        ("qwertyuiop", "guessed first"),
        ("Correct Horse Battery Staple", "guessed first"),
        ("passwordpassword", "guessed first"),
        ("Asdfghjklzx", "guessed first"),
        ("Michelle1987", "guessed first"),
        ("anna.kowalska@shop.example", "e-mail"),
        ("ANNA.KOWALSKA@SHOP.EXAMPLE!", "e-mail"),
        ("annakowalska1", "e-mail"),
        ("Kowalska.Anna", "e-mail"),
        ("shop.example", "e-mail"),
    ],
)
def test_weak_ones(password, fault) -> None:
    assert fault in (weakness(password, EMAIL) or "")


def test_the_commonest_are_refused_whole_and_with_something_around_them() -> None:
    long = [word for word in COMMON if len(word) >= MIN_LENGTH]
    assert len(long) >= 10_000
    assert all(weakness(word.title(), EMAIL) for word in long)
    some = sorted(filter(str.isalpha, COMMON))[::97]
    assert all(weakness(f"{word}-2026!?", EMAIL) for word in some)


@pytest.mark.parametrize(
    "password",
    ["Terminator", "jessejames", "Weihnachtsbaum", "understanding", "usuckballz1", "Monkey 54321!"],
)
def test_so_are_those_that_people_had_before(password) -> None:
    assert "guessed first" in (weakness(password, EMAIL) or "")


def test_length_is_of_what_is_hashed() -> None:
    decomposed = "e\u0301" * 5 + "abcd"
    assert len(decomposed) > MIN_LENGTH > len(normalized(decomposed))
    assert "characters long" in (weakness(decomposed, EMAIL) or "")


@given(st.text(), st.emails())
def test_any_text_gets_an_answer(password, email) -> None:
    fault = weakness(password, email)
    assert fault is None or fault
    if fault is None:
        assert MIN_LENGTH <= len(normalized(password)) <= MAX_LENGTH


@given(st.emails().filter(lambda email: MIN_LENGTH <= len(email) <= MAX_LENGTH))
def test_the_address_itself_never_will_do(email) -> None:
    assert weakness(email, email) is not None
