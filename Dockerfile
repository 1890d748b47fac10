# The shop's image: `docker build -t online-grocery .`
# It serves by default; `docker run online-grocery migrate` (verify, tidy, create-admin, import, export) is the same image.

FROM docker.io/library/python:3.11-slim AS build

# The path is the final one: a venv cannot be moved. It gets no pip of its own, so none has to be taken out again.
RUN python -m venv --without-pip /opt/venv
COPY requirements.txt /build/
# Wheels only: no compiler is needed here, and no build runs code that nobody pinned. The lock is complete: nothing is resolved.
RUN pip --python /opt/venv/bin/python install --disable-pip-version-check --no-cache-dir --no-compile \
      --no-deps --only-binary :all: --require-hashes --requirement /build/requirements.txt \
 && pip --python /opt/venv/bin/python --disable-pip-version-check check
COPY main.py /app/
COPY app /app/app
COPY deploy/gunicorn.conf.py /app/deploy/
COPY --chmod=0755 deploy/container/ /opt/venv/bin/
# Bytecode that is never checked against its source: nothing in an image changes, and nothing in it can be written.
# The commands are links to one script, which does what its name says. Whatever the modes of a checkout, all can be read.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib /app \
 && chmod -R a+rX,go-w /app \
 && for name in migrate verify tidy create-admin import export open-series demo; do ln -s command "/opt/venv/bin/$name"; done


FROM docker.io/library/python:3.11-slim

# What installs things goes; the standard library gets the bytecode that the base image leaves out (each start of Python
# would compile it anew); nothing keeps a set-uid bit, and only /tmp stays open to all.
RUN python -m pip --disable-pip-version-check uninstall --yes --quiet --root-user-action ignore setuptools wheel pip \
 && rm -rf /usr/local/lib/python3.11/ensurepip /usr/local/bin/pip* \
 && python -m compileall -q --invalidation-mode unchecked-hash -x '/(test|tests|idlelib|lib2to3|tkinter|turtledemo|pydoc_data)/' \
      /usr/local/lib/python3.11 \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
 && find / -xdev -type d -perm -0002 ! -path /tmp -exec chmod o-w {} + \
 && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shop

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

# Nothing can be written but /tmp, so that --read-only with a tmpfs there changes nothing. FLASK_APP lets `flask` find
# the commands. Requests under way have Gunicorn's graceful timeout to end after SIGTERM; with it and what a worker needs to
# close, all is over within the ten seconds after which Docker kills. Production is the default: weak settings do not start.
ENV PATH=/opt/venv/bin:$PATH \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FLASK_APP=main \
    GUNICORN_CMD_ARGS="--graceful-timeout 8" \
    OGS_ENV=production

WORKDIR /app
USER 10001:10001
EXPOSE 8000

# Whether the process answers. Whether it can sell is /readyz: a restart would not bring a database back.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 CMD ["healthcheck", "/livez"]

# Of a release, said by who builds it: --build-arg VERSION=… --build-arg REVISION=$(git rev-parse HEAD).
ARG VERSION=
ARG REVISION=
LABEL org.opencontainers.image.title="online-grocery" \
      org.opencontainers.image.description="A headless shop for a small grocery: a JSON API on PostgreSQL" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11-slim"

# Gunicorn is process 1 and gets the signals.
CMD ["gunicorn", "main:asgi_app", "-c", "deploy/gunicorn.conf.py"]
