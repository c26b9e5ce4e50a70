# The API and the widget, for a database and a clinic.toml of your own.
# docs/how-to/run.md tells how to run it; docker-compose.yml runs it with PostgreSQL.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY requirements-build.lock requirements.lock ./
RUN pip install --no-deps --require-hashes -r requirements-build.lock
RUN python -m venv --without-pip /app \
    && pip --python /app/bin/python install --no-deps --require-hashes -r requirements.lock
COPY . .
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /app/bin/python install --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin book-online \
    && install --directory --owner=book-online --group=book-online /data
COPY --from=build /app /app
COPY clinic.toml /etc/book-online/clinic.toml
# Everything but /data and /tmp may be read-only: the bytecode was written by the build.
ENV PATH=/app/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BOOK_ONLINE_CLINIC_FILE=/etc/book-online/clinic.toml \
    BOOK_ONLINE_MODE=production \
    DATABASE_URL=sqlite:////data/book-online.sqlite3
WORKDIR /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["book-online", "serve", "--host", "0.0.0.0"]
