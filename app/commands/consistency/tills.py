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
        "what is in a till's report was handed over, or given back, at that till between its opening and its end",
        """
        SELECT d.kind || ' ' || document_number(d.series, d.year, d.number), 'at ' || d.issued_at || ', session ' || s.id || ' of till '
            || s.till || ' ended at ' || coalesce(s.closed_at::text, 'no time')
        FROM document d
        JOIN till_session s ON s.id = d.session_id
        -- Behind a restore its series has a time behind the name.
        WHERE d.series !~ ('^' || s.till || '([0-9]{12})?$') OR d.issued_at > s.closed_at
        """,
    ),
    Rule(
        "what is handed over at a till is invoiced there",
        """
        SELECT 'purchase ' || p.id, 'handed over at till ' || p.collected_at_till || ', invoiced at '
            || coalesce(s.till, 'none')
        FROM purchase p
        LEFT JOIN document d ON d.purchase_id = p.id AND d.kind = 'invoice'
        LEFT JOIN till_session s ON s.id = d.session_id
        WHERE p.collected_at_till <> coalesce(s.till, '')
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
