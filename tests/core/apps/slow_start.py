"""An application whose import takes long, and lets no exception out."""

import os
import sys
import time

os.write(sys.stdout.fileno(), b"import begun\n")
for _ in range(600):
    try:
        time.sleep(0.1)
    except BaseException as error:  # noqa: BLE001 - that is what it is for
        os.write(sys.stdout.fileno(), f"swallowed {error!r}\n".encode())
