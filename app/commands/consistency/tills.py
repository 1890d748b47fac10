"""What must be true of tills, and of the cash in them."""

from app.commands.consistency.rule import Rule

RULES = (
    Rule(
        "a closed till expected its float and what was taken in cash and moved, less what was given back",
        """
        SELECT 'till session ' || s.id, 'expected ' || s.expected || ', by its payments and movements ' || expected_cash(s.id)
        FROM till_session s
        WHERE s.expected <> expected_cash(s.id)
        """,
    ),
    Rule(
        "the reports of a till are numbered from 1 without gaps",
        """
        SELECT 'till ' || s.till, count(s.number) || ' reports, the last is number ' || max(s.number)
        FROM till_session s
        GROUP BY s.till
        HAVING max(s.number) <> count(s.number)
        """,
    ),
    Rule(
        "money is taken and given back at a till between its opening and its end",
        """
        SELECT 'payment ' || y.id, 'at ' || y.at || ', session ' || s.id || ' ended at ' || s.closed_at
        FROM payment y
        JOIN till_session s ON s.id = y.session_id
        WHERE y.at > s.closed_at
        """,
    ),
)
