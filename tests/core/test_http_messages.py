"""What a request has to be before the application looks at what it wants, however its server reads it."""

import io

from tests.core.toy import bearer, make_toy


class Broken(io.RawIOBase):
    """A body that its server finds wrong while it reads it."""

    def readable(self):
        return True

    def readinto(self, _buffer):
        raise ValueError("invalid chunk")


def test_a_body_that_a_server_cannot_read_is_400():
    client = make_toy().test_client()
    environ = {"wsgi.input": Broken(), "wsgi.input_terminated": True}
    answer = client.post("/things", headers=bearer("clerk"), environ_overrides=environ, json={})
    assert (answer.status_code, answer.json["code"]) == (400, "bad_request")
