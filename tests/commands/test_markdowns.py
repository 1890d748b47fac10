"""Markdowns come in by import, and go out by export."""

import pytest

from tests.builders import category, markdown, rows, unique


def test_are_taken_in_and_count_at_once(run, fresh_database, tmp_path):
    dairy = category(fresh_database, code="dairy")
    file = tmp_path / "markdowns.csv"
    code = unique("rule")
    file.write_text(f"code,name,category,days_left,rate\n{code},Two days,dairy,2,0.3\n")
    done = run("import", "markdowns", file)
    assert done.exit_code == 0, done.output
    query = "SELECT days_left, rate FROM markdown_step WHERE category_id = %(id)s"
    (step,) = rows(fresh_database, query, id=dairy.id)
    assert (step.days_left, f"{step.rate:f}") == (2, "0.3000")
    out = run("export", "markdowns").output
    assert out.splitlines()[-1] == f"{code},Two days,dairy,2,0.3000,yes"
    assert run("verify").exit_code == 0


def test_are_refused_where_they_are_wrong(run, fresh_database, tmp_path):
    markdown(fresh_database, days_left=2, category=category(fresh_database, code="dairy"))
    file = tmp_path / "markdowns.csv"
    head = "code,name,category,days_left,rate\n"
    for row, said in (
        ("x,Two days,dairy,400,0.3", "days_left"),
        ("x,Two days,dairy,2,1.5", "rate"),
        ("x,Two days,nothing,2,0.3", "category"),
    ):
        file.write_text(head + row + "\n")
        done = run("import", "markdowns", file)
        assert done.exit_code != 0
        assert said in done.output


def test_a_second_one_for_as_many_days_is_refused(run, fresh_database, tmp_path):
    markdown(fresh_database, days_left=2, category=category(fresh_database, code="dairy"))
    file = tmp_path / "markdowns.csv"
    file.write_text("code,name,category,days_left,rate\nx,Two days,dairy,2,0.3\n")
    done = run("import", "markdowns", file)
    assert done.exit_code == 1
    assert "Nothing was imported." in done.output


@pytest.mark.parametrize(
    "corruption",
    [
        "DELETE FROM markdown_step",
        "UPDATE markdown_step SET rate = 0.4",
        "INSERT INTO markdown_step SELECT category_id, 9, 0.1 FROM markdown_step",
    ],
)
def test_verify_finds_what_is_not_kept_as_the_rules_say(run, fresh_database, corruption):
    made = category(fresh_database)
    markdown(fresh_database, "0.3", 2, category=made)
    assert run("verify").exit_code == 0
    rows(fresh_database, corruption)
    result = run("verify")
    assert result.exit_code == 1
    assert f"category {made.code}: with" in result.output
