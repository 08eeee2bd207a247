# The site as one image for web, worker, beat and prepare; docker-compose.yml puts them together.

FROM python:3.11-slim-bookworm AS packages
COPY requirements/run.txt /tmp/run.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        --requirement /tmp/run.txt

FROM python:3.11-slim-bookworm
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONPATH=/srv/snoopi \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/snoopi
# Volumes take over the owner of the folders that they cover.
RUN useradd --system --uid 10001 --home-dir /var/lib/snoopi --shell /usr/sbin/nologin snoopi \
    && install -d -o snoopi -g snoopi \
        /var/lib/snoopi /var/lib/snoopi/data /var/lib/snoopi/static
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/snoopi
COPY manage.py LICENSE ./
COPY accounts accounts
COPY projects projects
COPY qa qa
COPY deliveries deliveries
COPY ingest ingest
COPY snoopi snoopi
COPY static static
COPY templates templates
RUN python -m compileall -q /srv/snoopi
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "snoopi.serve.probe", "http://127.0.0.1:8000/healthz"]
CMD ["python", "-m", "snoopi.serve.web", "--address", "0.0.0.0", "--port", "8000", "--workers", "2"]
