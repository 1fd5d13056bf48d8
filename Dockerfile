# The service in a container: migrations and seed data are found beside the package, so it's installed where it lies.

# A tag moves. docs/operations.md says how to build on one image for good: --build-arg BASE=python:3.13-slim@sha256:...
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/mieux
RUN python -m venv --without-pip /opt/venv
COPY requirements.txt ./
RUN pip --python /opt/venv/bin/python install --require-hashes -r requirements.txt
COPY pyproject.toml alembic.ini LICENSE ./
COPY migrations migrations
COPY seed seed
COPY app app
# Nothing is installed in the running image, so it keeps no setuptools; its user, who can't write there, finds bytecode.
RUN pip --python /opt/venv/bin/python install --no-deps --no-build-isolation -e . \
    && pip --python /opt/venv/bin/python uninstall --yes setuptools \
    && /opt/venv/bin/python -m compileall -q app migrations \
    && chmod -R a+rX /srv/mieux

FROM ${BASE}
LABEL org.opencontainers.image.title="MIEUX Registry" org.opencontainers.image.licenses="EUPL-1.2"
RUN groupadd --gid 10001 mieux \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin mieux \
    && install -d -o mieux -g mieux /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/mieux /srv/mieux
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MIEUX_HOST=0.0.0.0 \
    MIEUX_PORT=8000 \
    MIEUX_DATABASE_URL=sqlite:////data/mieux.db
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['MIEUX_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["mieux"]
CMD ["serve"]
