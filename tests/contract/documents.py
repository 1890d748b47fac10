"""Requests about invoices and credit notes that succeed."""

from tests.builders import value
from tests.contract.world import API, Good, World

_BUYER = {"name": "Kaczka", "address": ["Dolna 1", "Warszawa"], "vat_id": "PL5260001246"}


def _with_invoice(w: World) -> Good:
    purchase = w.purchase(paid=True, collected=True)
    query = "SELECT document_number(series, year, number) FROM document WHERE purchase_id = %(id)s"
    return Good(purchase["headers"], {"number": value(w.on, query, id=purchase["id"])})


def _of_purchase(w: World, body: object = None, status: int = 200) -> Good:
    purchase = w.purchase(paid=True, collected=True)
    return Good(purchase["headers"], {"purchase": purchase["id"]}, body, status)


OF_DOCUMENTS = {
    f"GET {API}/purchases/{{purchase}}/documents": _of_purchase,
    f"POST {API}/purchases/{{purchase}}/invoice": lambda w: _of_purchase(w, _BUYER, 201),
    f"GET {API}/documents/{{number}}": _with_invoice,
    f"GET {API}/documents/{{number}}/pdf": _with_invoice,
}
